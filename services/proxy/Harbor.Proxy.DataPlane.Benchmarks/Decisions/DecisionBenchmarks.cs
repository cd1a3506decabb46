using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Harbor.Proxy.DataPlane.Benchmarks.Decisions;

/// <summary>
/// What is decided once for a connection, measured alone: time, and that nothing is allocated. The exit code says whether something was.
/// (BenchmarkDotNet derives from the classes it measures, so they are public and not sealed.)
/// </summary>
internal static class DecisionBenchmarks
{
    public static int Run()
    {
        // In this process: the tool's own project would be built outside the repository's package versions.
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "harbor-benchmarks"));
        var reports = new[] { typeof(PickerBenchmark), typeof(AdmissionBenchmark), typeof(ProxyHeaderBenchmark) }
            .SelectMany(type => BenchmarkRunner.Run(type, config).Reports)
            .ToArray();
        // A benchmark that did not run has no figure: that fails too.
        return reports.All(report => report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) == 0) ? 0 : 1;
    }
}
