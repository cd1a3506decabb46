using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;

namespace Harbor.Gateway.Tests.Interleavings;

/// <summary>
/// What the platform was told of one instance and its binding, as far as the answers alone say it: of requests that overlapped, or that were cut off, nobody
/// knows which came last, and nothing is concluded. Whatever else happened, it must be so in the end.
/// </summary>
internal sealed class Told(string id, string binding)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<string> _operations = new();
    private int _running;
    private bool _isMuddled;
    private bool? _isThere;
    private bool? _isBound;
    private int? _hold;
    private (string Operation, Act Act, int Hold)? _pending;

    /// <summary>How much was concluded and held, over all histories: that the checks are not empty.</summary>
    public static int Checked { get; private set; }

    public async Task RequestAsync(Act act, int hold, Func<Task<Answer>> send)
    {
        lock (_lock)
        {
            _isMuddled |= ++_running > 1;
        }

        Answer? answer = null;
        try
        {
            answer = await send();
            answer.Status.ShouldBeOneOf(200, 201, 202, 400, 404, 409, 410, 422, 503);
        }
        finally
        {
            lock (_lock)
            {
                Take(act, hold, answer);
                _isMuddled &= --_running > 0;
            }
        }
    }

    /// <summary>After everything has ended.</summary>
    public async Task HoldAsync(GatewayRun run)
    {
        // Who was told to poll finds the operation, whatever became of it.
        foreach (var operation in _operations)
        {
            (await run.Broker.LastOperationAsync(id, operation)).Is(200).State.ShouldBeOneOf("succeeded", "failed");
            Checked++;
        }

        if (_pending is { } pending && (await run.Broker.LastOperationAsync(id, pending.Operation)).State == "succeeded")
        {
            Conclude(pending.Act, pending.Hold);
        }

        var fetched = await run.Broker.FetchAsync(id);
        var port = (await run.PortsAsync()).SingleOrDefault(one => one.ServiceInstanceId == id && one.State == PortState.Active);
        if (_isThere is { } isThere)
        {
            fetched.Is(isThere ? 200 : 404);
            (port is not null).ShouldBe(isThere, $"{id} was told to be {(isThere ? "there" : "gone")}");
            Checked++;
        }

        if (_hold is { } hold && _isThere == true)
        {
            ((int?)fetched.Body["parameters"]!["hold_seconds"] ?? 0).ShouldBe(hold, $"{id} was told to hold so long");
            port!.Policy.HoldSeconds.ShouldBe(hold);
            Checked++;
        }

        if (_isBound is { } isBound)
        {
            (await run.Broker.FetchBindingAsync(id, binding)).Is(isBound ? 200 : 404);
            (port?.Apps.Any(app => app.BindingIds.Contains(binding)) == true).ShouldBe(isBound, $"{binding} was told to be {(isBound ? "there" : "gone")}");
            Checked++;
        }
    }

    private void Take(Act act, int hold, Answer? answer)
    {
        var isOfInstance = act is Act.Provision or Act.ProvisionLater or Act.Deprovision or Act.DeprovisionLater or Act.Update;
        if (answer?.Status == 202 && isOfInstance)
        {
            _operations.Enqueue((string)JsonNode.Parse(answer.Text)!["operation"]!);
        }

        if (_isMuddled || answer is null)
        {
            (_isThere, _isBound, _hold, _pending) = (null, null, null, null);
            return;
        }

        switch (answer.Status)
        {
            case 200 or 201 or 410:
                Conclude(act, hold, isNew: answer.Status == 201);
                break;
            case 202 when isOfInstance:
                (_isThere, _isBound, _hold) = act == Act.Update ? (_isThere, _isBound, (int?)null) : (null, null, null);
                _pending = (answer.Operation!, act, hold);
                break;
            case 202:
                _isBound = null;
                break;

            // A create or a delete of which nobody knows how it went on; a bind or an unbind that leaves nothing; an update that changes nothing.
            case 503 when act is Act.Provision or Act.ProvisionLater or Act.Deprovision or Act.DeprovisionLater:
                (_isThere, _isBound, _hold, _pending) = (null, null, null, null);
                break;
            case 503 when act is not Act.Update:
                _isBound = false;
                break;
        }
    }

    private void Conclude(Act act, int hold, bool isNew = false)
    {
        // An answer that is final says that nothing of the instance runs any more.
        _pending = act is Act.Bind or Act.BindLater or Act.Unbind or Act.UnbindLater ? _pending : null;
        switch (act)
        {
            case Act.Provision or Act.ProvisionLater:
                _isThere = true;
                (_hold, _isBound) = isNew ? (0, false) : (_hold, _isBound);
                break;
            case Act.Deprovision or Act.DeprovisionLater:
                (_isThere, _isBound, _hold) = (false, false, null);
                break;
            case Act.Update:
                (_isThere, _hold) = (true, hold);
                break;
            case Act.Bind or Act.BindLater:
                _isBound = true;
                break;
            default:
                _isBound = false;
                break;
        }
    }
}
