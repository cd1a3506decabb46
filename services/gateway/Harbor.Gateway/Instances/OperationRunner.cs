using Harbor.Gateway.Broker;
using Harbor.State.Services;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Instances;

/// <summary>Starts operations for requests: makes their records, sends their commands, waits for their ends.</summary>
internal sealed partial class OperationRunner(
    IBusControl bus, OperationWaits waits, DependencyLimit limit, IOptions<GatewayOptions> options, TimeProvider time, ILogger<OperationRunner> logger)
{
    private BrokerOptions Broker => options.Value.Broker;

    /// <summary>How long what failed or was deleted is remembered.</summary>
    public TimeSpan ForgetAfter => Broker.ForgetAfter;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>False while the bus is known to be away: then nothing is accepted, rather than accepted and left lying.</summary>
    public bool IsBusUp => bus.CheckHealth().Status != BusHealthStatus.Unhealthy;

    /// <param name="kind">What it does.</param>
    /// <param name="asynchronous">Whether the platform may be told to come back later.</param>
    public OperationRecord New(OperationKind kind, bool asynchronous) => new()
    {
        Id = Guid.CreateVersion7(Now).ToString("D"),
        Kind = kind,
        State = OperationState.InProgress,
        StartedAt = Now,
        Deadline = Now + (asynchronous ? Broker.OperationTimeout : Broker.SynchronousTimeout),
    };

    public OperationWaits.Armed Arm(string operationId) => waits.Arm(operationId);

    /// <summary>False where the bus did not take it in time. The operation is stored: the sweep sends it again.</summary>
    public async Task<bool> SendAsync<T>(T command)
        where T : class
    {
        try
        {
            // Not the request's token: what is accepted goes on when the platform has hung up. And waited for no longer than the limit: a publish
            // on a link that is lost takes no notice of its token. It may still go through later, which does no harm: so does the sweep's.
            await limit.WithinAsync(token => bus.Publish(command, token).WaitAsync(token), CancellationToken.None);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException or MassTransitException)
        {
            Log.NotSent(logger, typeof(T).Name, exception.Message);
            return false;
        }
    }

    /// <summary>
    /// The ended operation; null where it goes on. The platform that may be told to come back waits a moment, the other one for as long as the
    /// operation may take, and a little more for its roll-back.
    /// </summary>
    public Task<OperationRecord?> EndAsync(OperationWaits.Armed wait, bool asynchronous, CancellationToken cancellationToken)
        => wait.EndAsync(asynchronous ? Broker.Moment : Broker.SynchronousTimeout + Broker.DependencyTimeout, cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Warning, "The bus did not take {Command}: {Reason}. The sweep sends it again.")]
        public static partial void NotSent(ILogger logger, string command, string reason);
    }
}
