using Harbor.Gateway.Broker;
using Harbor.State.Documents;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Instances;

/// <summary>
/// How many instances an organization has: counted in memory first, by the view of the store together with those that this gateway is about to store; and in the
/// store after the instance is there. Of several gateways that store at once, the last one then sees all the others', however far its view is behind, so that they
/// never exceed it together.
/// </summary>
internal sealed class OrganizationLimit
{
    /// <summary>About as long as it takes another gateway to withdraw what it has stored.</summary>
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

    /// <summary>How long a request may wait for others to make way.</summary>
    public TimeSpan Patience => _options.DependencyTimeout;

    /// <summary>What one is told who asks for more.</summary>
    public string Refusal => $"The organization has {_options.InstancesPerOrganization} service instances of this broker, the most that it may have.";

    /// <summary>False where the organization is full. A place that is taken and not used is to be given back.</summary>
    public bool TryTake(string organization, string instanceId) => TryTake(organization, instanceId, _options.InstancesPerOrganization);

    /// <summary>
    /// Whether the instance, which is stored already and which nobody has heard of yet, has its place beside those of other gateways. It has one where all that are stored fit, and none where those that came
    /// before it fill the organization: the ones that are in for good, and of those that are being made the ones with lesser ids. In between it waits for the others to make way, or to be in for good.
    /// </summary>
    /// <param name="created">As stored.</param>
    /// <param name="patience">How long it may wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<bool> FitsAsync(ServiceInstanceDocument created, TimeSpan patience, CancellationToken cancellationToken)
    {
        var limit = _options.InstancesPerOrganization;
        for (var begun = _time.GetTimestamp(); ;)
        {
            var stored = await _stored.QueryAsync(DocumentQuery.Where(ServiceDocuments.Organization, created.OrganizationGuid), cancellationToken);
            if (stored.Count <= limit)
            {
                return true;
            }

            var before = stored.Count(other => other.Id != created.Id
                && (other.State != ServiceInstanceState.Provisioning || string.CompareOrdinal(other.Id, created.Id) < 0));
            if (before >= limit || _time.GetElapsedTime(begun) >= patience)
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
            TryTake(instance.OrganizationGuid, instance.Id, int.MaxValue);
        }
        else if ((change.After ?? change.Before) is { } gone)
        {
            GiveBack(gone.OrganizationGuid, gone.Id);
        }
    }

    private bool TryTake(string organization, string instanceId, int limit)
    {
        lock (_lock)
        {
            if (!_instances.TryGetValue(organization, out var instances))
            {
                _instances[organization] = instances = new HashSet<string>(StringComparer.Ordinal);
            }

            return instances.Contains(instanceId) || (instances.Count < limit && instances.Add(instanceId));
        }
    }
}
