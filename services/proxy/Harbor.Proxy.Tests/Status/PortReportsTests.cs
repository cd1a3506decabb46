using System.Reflection;
using Harbor.Proxy.Status;
using Harbor.Testing;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Tests.Status;

public sealed class PortReportsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The bus of a process that stops may be gone before who speaks on it.</summary>
    [Fact]
    public async Task Stop_WhileTheBusGoes_IsNoFailure()
    {
        var bus = DispatchProxy.Create<IBus, ClosingBus>();
        using var reports = new PortReports(bus, new WorkerName(), TimeProvider.System, Options.Create(new ProxyOptions()), NullLogger<PortReports>.Instance);
        await reports.StartAsync(Cancelled);
        reports.Opened("instance-1", 1, 20_001);
        await ((ClosingBus)(object)bus).Asked.WaitAsync(Eventually.Patience, Cancelled);

        await reports.StopAsync(Cancelled);

        reports.ExecuteTask!.IsCanceled.ShouldBeTrue($"{reports.ExecuteTask.Exception}");
    }

    /// <summary>Takes no message before it is given up, and says then that it is closed.</summary>
    internal class ClosingBus : DispatchProxy
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            _asked.TrySetResult();
            return CloseAsync((CancellationToken)args![^1]!);
        }

        private static async Task CloseAsync(CancellationToken givenUp)
        {
            await new TaskCompletionSource().Task.WaitAsync(givenUp).ContinueWith(_ => { }, TaskScheduler.Default);
            throw new InvalidOperationException("The channel has been closed.");
        }
    }
}
