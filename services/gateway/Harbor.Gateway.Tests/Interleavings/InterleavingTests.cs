using FsCheck;
using FsCheck.Fluent;

namespace Harbor.Gateway.Tests.Interleavings;

/// <summary>
/// Throws requests at the broker that overlap and repeat, while node, answers, workers and the gateway itself come and go, deadlines pass and messages come
/// again long after their time; checks at every step what must hold at every moment, then lets everything heal and checks what must hold after any history. A failure names its seed and is shrunk to the fewest steps.
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
        ["Harbor:Gateway:Broker:OrphanInterval"] = "00:00:00.3",
        ["Harbor:Pools:default:PortRange"] = "22000-22007",
    };

    /// <summary>8, or as many as HARBOR_TEST_HISTORIES says, for a long run.</summary>
    private static int Histories => int.TryParse(Environment.GetEnvironmentVariable("HARBOR_TEST_HISTORIES"), out var number) ? number : 8;

    [Fact]
    public void AnyHistory_ThatHeals_LeavesEveryPortWithOneOwner()
    {
        var act = Gen.Frequency(
            (6, Gen.Elements(Act.Provision, Act.ProvisionLater)),
            (4, Gen.Elements(Act.Deprovision, Act.DeprovisionLater)),
            (5, Gen.Elements(Act.Update, Act.Bind, Act.BindLater, Act.Unbind, Act.UnbindLater)),
            (3, Gen.Elements(Act.NodeDown, Act.NodeUp, Act.LoseAnswers, Act.KeepAnswers, Act.SilenceWorkers, Act.HearWorkers)),
            (1, Gen.Elements(Act.Stall, Act.Go, Act.Go)),
            (4, Gen.Constant(Act.Repeat)),
            (2, Gen.Elements(Act.Await, Act.Await, Act.Await, Act.TimeOut)),
            (1, Gen.Constant(Act.Crash)));
        var step = from what in act from subject in Gen.Choose(0, History.Subjects - 1) from pick in Gen.Choose(0, 99) select (what, subject, pick);
        var histories = step.ListOf(24).Select(steps => steps.ToArray());

        // Each history takes some seconds of real time: few, but other ones in every run.
        Prop.ForAll(histories.ToArbitrary(), history => new History(_settings).RunAsync(history)).Check(Config.QuickThrowOnFailure.WithMaxTest(Histories));
        TestContext.Current.SendDiagnosticMessage($"{Told.Checked} answers were found to be true.");
        Told.Checked.ShouldBeGreaterThan(Histories, "of most histories something can be concluded");
    }
}
