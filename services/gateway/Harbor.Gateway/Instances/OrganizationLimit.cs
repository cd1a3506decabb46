using Harbor.Gateway.Broker;
using Harbor.State.Documents;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Instances;

/// <summary>
/// How many instances an organization has, counted by the view of the store, together with those that this gateway is about to store. Exact within
/// one gateway; several may together exceed it by what they accept in the milliseconds that the view lags behind, which no platform will notice.
/// </summary>
internal sealed class OrganizationLimit
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<string>> _instances = new(StringComparer.Ordinal);
    private readonly BrokerOptions _options;
    private readonly DocumentView<ServiceInstanceDocument> _view;

    public OrganizationLimit(DocumentView<ServiceInstanceDocument> view, IOptions<GatewayOptions> options)
    {
        _options = options.Value.Broker;
        _view = view;
    }

    public int Limit => _options.InstancesPerOrganization;

    /// <summary>False where the organization is full. A place that is taken and not used is to be given back.</summary>
    public bool TryTake(string organization, string instanceId)
    {
        lock (_lock)
        {
            if (!_instances.TryGetValue(organization, out var instances))
            {
                _instances[organization] = instances = new HashSet<string>(StringComparer.Ordinal);
            }

            return instances.Contains(instanceId) || (instances.Count < _options.InstancesPerOrganization && instances.Add(instanceId));
        }
    }

    /// <summary>The request that took a place did not store its instance; another request for the same one may have, and then the place is its.</summary>
    public void GiveBackUnlessKnown(string organization, string instanceId)
    {
        if (_view.Find(instanceId) is not { } known || known.IsOver() || known.OrganizationGuid != organization)
        {
            GiveBack(organization, instanceId);
        }
    }

    private void GiveBack(string organization, string instanceId)
    {
        lock (_lock)
        {
            if (_instances.TryGetValue(organization, out var instances) && instances.Remove(instanceId) && instances.Count == 0)
            {
                _instances.Remove(organization);
            }
        }
    }

    /// <summary>The view has seen an instance come, change or go.</summary>
    public void Apply(DocumentViewChange<ServiceInstanceDocument> change)
    {
        if (change.After is { } instance && !instance.IsOver())
        {
            lock (_lock)
            {
                if (!_instances.TryGetValue(instance.OrganizationGuid, out var instances))
                {
                    _instances[instance.OrganizationGuid] = instances = new HashSet<string>(StringComparer.Ordinal);
                }

                instances.Add(instance.Id);
            }
        }
        else if ((change.After ?? change.Before) is { } gone)
        {
            GiveBack(gone.OrganizationGuid, gone.Id);
        }
    }
}
