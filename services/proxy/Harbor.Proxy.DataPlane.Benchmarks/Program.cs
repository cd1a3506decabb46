using Harbor.Proxy.DataPlane.Benchmarks.Comparison;
using Harbor.Proxy.DataPlane.Benchmarks.Decisions;
using Harbor.Proxy.DataPlane.Benchmarks.Opening;
using Harbor.Proxy.DataPlane.Benchmarks.Serving;
using Harbor.Proxy.DataPlane.Benchmarks.Soaking;

// serve: a relay with fixed backends, the process that is measured. compare: the load, and the table. soak: random traffic, checked. ports: a whole range, opened. micro: what is decided for each connection, alone. infra/bench starts all but the first.
return args switch
{
    ["serve", .. var rest] => await RelayProcess.RunAsync(rest),
    ["compare", .. var rest] => await Bench.RunAsync(rest),
    ["soak", .. var rest] => await Soak.RunAsync(rest),
    ["ports", .. var rest] => await WholeRange.RunAsync(rest),
    ["micro"] => DecisionBenchmarks.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: serve <engine> <tcp|udp>:<port>:<backend port>... | compare [--rounds N] [--seconds N] [--rows a,b] [--relays a,b] [--before DLL] [--json FILE] | soak [--seconds N] [--seed N] [--engine linux|managed] | ports [--first PORT] [--engine linux|managed] | micro");
    return 2;
}
