using Harbor.DeaSimulator.Instances;

namespace Harbor.DeaSimulator.Deas;

/// <content>When it speaks.</content>
internal sealed partial class SimulatedDea
{
    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(_options.HeartbeatInterval, _time);
        while (await NextAsync(timer))
        {
            await InTurnAsync(HeartbeatNowAsync);
        }
    }

    private async Task RegisterAsync()
    {
        using var timer = new PeriodicTimer(_options.RegisterInterval, _time);
        while (await NextAsync(timer))
        {
            foreach (var instance in Instances)
            {
                await InTurnAsync(() => RegisterNowAsync(instance));
            }
        }
    }

    private async Task<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private Task HeartbeatNowAsync() => SayAsync(() => _publisher.HeartbeatAsync(this, _options.Announce is AnnounceMode.Heartbeat));

    private async Task RegisterNowAsync(AppInstance instance)
    {
        if (!instance.IsAlive)
        {
            return;
        }

        switch (_options.Announce)
        {
            case AnnounceMode.Register:
                await SayAsync(() => _publisher.HarborRegisterAsync(this, instance));
                break;
            case AnnounceMode.Unmodified:
                await SayAsync(() => _publisher.RouterRegisterAsync(this, instance));
                break;
        }
    }

    private async Task UnregisterAsync(AppInstance instance)
    {
        await SayAsync(() => _publisher.RouterUnregisterAsync(this, instance));
        if (_options.Announce is not AnnounceMode.Unmodified)
        {
            await SayAsync(() => _publisher.HarborUnregisterAsync(this, instance));
        }
    }

    private async Task SayAsync(Func<Task> message)
    {
        if (!IsSilent)
        {
            await message();
        }
    }

    private async Task InTurnAsync(Func<Task> act)
    {
        await _turn.WaitAsync();
        try
        {
            await act();
        }
        finally
        {
            _turn.Release();
        }
    }
}
