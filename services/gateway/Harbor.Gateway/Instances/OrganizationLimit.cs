using Harbor.Gateway.Broker;
using Harbor.State.Documents;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Instances;

/// <summary>
/// How many instances an organization has: counted in memory first, by the view of the store together with those that this gateway is about to store; and where
/// that comes near the limit, in the store after the instance is there. Of several gateways that store at once, the last one then sees all the others', so that
/// they never exceed it together.
/// </summary>
internal sealed class OrganizationLimit
{
    /// <summary>As long as it takes another gateway to withdraw what it has stored.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<string>> _instances = new(StringComparer.Ordinal);
    private readonly BrokerOptions _options;
    private readonly DocumentView<ServiceInstanceDocument> _view;
    private readonly ServiceInstances _stored;
    private readonly TimeProvider _time;

    public OrganizationLimit(DocumentView<ServiceInstanceDocument> view, ServiceInstances stored, IOptions<GatewayOptions> options, TimeProvider time)
    {
        _options = options.Value.Broker;
        _view = view;
        _stored = stored;
        _time = time;
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

    /// <summary>
    /// Whether the instance, which is stored already and which nobody has heard of yet, has its place beside those of other gateways. In the store only from half
    /// of the limit on: the view would have to lag by the other half for the two to disagree before that. Who does not fit waits for others to make way, or makes way itself: so
    /// that a crowd before the last place does not turn itself away whole.
    /// </summary>
    public async Task<bool> FitsAsync(ServiceInstanceDocument created, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_instances.TryGetValue(created.OrganizationGuid, out var instances) && instances.Count * 2 <= _options.InstancesPerOrganization)
            {
                return true;
            }
        }

        for (var look = 1; ; look++)
        {
            var stored = await _stored.QueryAsync(DocumentQuery.Where(ServiceDocuments.Organization, created.OrganizationGuid), cancellationToken);
            var excess = stored.Count - _options.InstancesPerOrganization;
            if (excess <= 0)
            {
                return true;
            }

            // Of those that came at once the last by id make way, and more of them with each look: one that is in already does not.
            var behind = stored.Count(other => other.State == ServiceInstanceState.Provisioning && string.CompareOrdinal(other.Id, created.Id) > 0);
            if (behind < excess * look)
            {
                return false;
            }

            await Task.Delay(_pause, _time, cancellationToken);
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

    public void GiveBack(string organization, string instanceId)
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
