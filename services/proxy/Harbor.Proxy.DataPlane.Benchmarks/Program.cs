using Harbor.Proxy.DataPlane.Benchmarks.Comparison;
using Harbor.Proxy.DataPlane.Benchmarks.Serving;

// serve: a relay with fixed backends, the process that is measured. compare: the load, and the table; infra/bench starts it.
return args switch
{
    ["serve", .. var rest] => await RelayProcess.RunAsync(rest),
    ["compare", .. var rest] => await Bench.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: serve <engine> <tcp|udp>:<port>:<backend port>... | compare [--rounds N] [--seconds N] [--rows a,b] [--relays a,b] [--json FILE]");
    return 2;
}
