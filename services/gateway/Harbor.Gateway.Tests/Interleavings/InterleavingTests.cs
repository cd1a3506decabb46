using FsCheck;
using FsCheck.Fluent;

namespace Harbor.Gateway.Tests.Interleavings;

/// <summary>
/// Throws requests at the broker that overlap and repeat, while node, answers, workers and the gateway itself come and go; then lets everything heal and
/// checks what must hold after any history. A failure names its seed and is shrunk to the fewest steps.
/// </summary>
public sealed class InterleavingTests
{
    private static readonly Dictionary<string, string?> _settings = new()
    {
        ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:03",
        ["Harbor:Gateway:Broker:SynchronousTimeout"] = "00:00:01",
        ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.3",
        ["Harbor:Gateway:Broker:CloseTimeout"] = "00:00:00.5",
        ["Harbor:Gateway:Broker:Moment"] = "00:00:00.05",
        ["Harbor:Gateway:Broker:FirstResend"] = "00:00:00.2",
        ["Harbor:Gateway:Broker:LongestResend"] = "00:00:00.5",
        ["Harbor:Gateway:Broker:SweepInterval"] = "00:00:00.05",
        ["Harbor:Pools:default:PortRange"] = "22000-22007",
    };

    [Fact]
    public void AnyHistory_ThatHeals_LeavesEveryPortWithOneOwner()
    {
        var act = Gen.Frequency(
            (6, Gen.Elements(Act.Provision, Act.ProvisionLater)),
            (4, Gen.Elements(Act.Deprovision, Act.DeprovisionLater)),
            (5, Gen.Elements(Act.Update, Act.Bind, Act.BindLater, Act.Unbind, Act.UnbindLater)),
            (3, Gen.Elements(Act.NodeDown, Act.NodeUp, Act.LoseAnswers, Act.KeepAnswers, Act.SilenceWorkers, Act.HearWorkers)),
            (2, Gen.Elements(Act.Repeat, Act.Await)),
            (1, Gen.Constant(Act.Crash)));
        var step = Gen.Zip(act, Gen.Choose(0, 3));
        var histories = step.ListOf(24).Select(steps => steps.ToArray());

        // Each history takes a second or two of real time: few, but other ones in every run.
        Prop.ForAll(histories.ToArbitrary(), history => new History(_settings).RunAsync(history)).Check(Config.QuickThrowOnFailure.WithMaxTest(8));
    }
}
