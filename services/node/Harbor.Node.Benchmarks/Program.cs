using Harbor.Node.Benchmarks;

var cancellation = CancellationToken.None;
switch (args)
{
    case ["steady"]:
        SteadyBenchmark.Run();
        return 0;
    case ["memory"]:
        MemoryBenchmark.Run();
        return 0;
    case ["appear", .. var mongo]:
        await AppearBenchmark.RunAsync(mongo.FirstOrDefault(), cancellation);
        return 0;
    case ["latency", .. var mongo]:
        await LatencyBenchmark.RunAsync(mongo.FirstOrDefault(), cancellation);
        return 0;
    default:
        Console.Error.WriteLine("usage: steady | memory | appear [mongodb://…] | latency [mongodb://…]");
        return 2;
}
