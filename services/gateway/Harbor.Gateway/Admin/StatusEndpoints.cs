using System.Reflection;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Workers;
using Harbor.State.Documents;
using Harbor.State.Services;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Harbor.Gateway.Admin;

/// <summary>What is there and how it is: components, workers, operations.</summary>
internal static class StatusEndpoints
{
    private static readonly string _version = typeof(StatusEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static void MapStatus(this RouteGroupBuilder admin)
    {
        admin.MapGet("/status", StatusAsync).WithSummary("Every component seen: its state, version and age.");
        admin.MapGet("/workers", (LiveWorkers workers, TimeProvider time) => TypedResults.Ok(workers.All.Select(worker => Show(worker, workers, time)).ToArray()))
            .WithSummary("The proxy workers of all pools, and the ports that they cannot open.");
        admin.MapGet("/operations", Operations).WithSummary("Operations on service instances: those that run, or with all=true also those that ended.");
    }

    private static async Task<Ok<SystemStatus>> StatusAsync(
        HealthCheckService health, LiveWorkers workers, TimeProvider time, CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(cancellationToken);
        var gateway = new ComponentStatus(
            "gateway", Environment.MachineName, report.Status == HealthStatus.Healthy ? "up" : "degraded", _version,
            (long)(time.GetUtcNow() - System.Diagnostics.Process.GetCurrentProcess().StartTime.ToUniversalTime()).TotalSeconds);
        var dependencies = report.Entries.Select(entry => new ComponentStatus(
            "dependency", entry.Key, entry.Value.Status == HealthStatus.Healthy ? "up" : "down", null, null, entry.Value.Description));
        var proxies = workers.All.Select(worker => new ComponentStatus(
            "proxy", worker.Id, workers.IsLive(worker) ? "up" : "gone", worker.SoftwareVersion, (long)(time.GetUtcNow() - worker.StartedAt).TotalSeconds, $"pool {worker.Pool}"));
        return TypedResults.Ok(new SystemStatus([gateway, .. dependencies, .. proxies]));
    }

    private static WorkerStatus Show(State.Workers.WorkerDocument worker, LiveWorkers workers, TimeProvider time) => new(
        worker.Id,
        worker.Pool,
        workers.IsLive(worker) ? "up" : "gone",
        worker.SoftwareVersion,
        worker.ListenAddress,
        worker.Url,
        (long)(time.GetUtcNow() - worker.StartedAt).TotalSeconds,
        worker.LeaseUntil,
        [.. worker.Refused.Select(refused => new RefusedPortStatus(refused.Port, refused.Protocol.ToString().ToLowerInvariant(), refused.Reason, refused.Holder, refused.Since))]);

    private static Ok<OperationStatus[]> Operations(DocumentView<ServiceInstanceDocument> instances, bool all = false)
        => TypedResults.Ok(instances.All
            .Where(instance => all || instance.IsRunning())
            .OrderByDescending(instance => instance.Operation.StartedAt)
            .Take(1000)
            .Select(instance => new OperationStatus(
                instance.Operation.Id,
                instance.Id,
                instance.Pool,
                instance.Operation.Kind.ToString().ToLowerInvariant(),
                instance.Operation.State switch { OperationState.InProgress => "in progress", OperationState.Succeeded => "succeeded", _ => "failed" },
                instance.Operation.Description,
                instance.Operation.StartedAt,
                instance.Operation.EndedAt))
            .ToArray());
}
