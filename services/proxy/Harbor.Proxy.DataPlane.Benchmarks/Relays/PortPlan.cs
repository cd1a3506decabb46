namespace Harbor.Proxy.DataPlane.Benchmarks.Relays;

/// <summary>The ports of one relay, one for each backend of the work.</summary>
internal sealed record PortPlan(int First)
{
    /// <summary>The backends, which all relays share.</summary>
    public static PortPlan Backends { get; } = new(21000);

    public int Stream => First;

    public int Http => First + 1;

    public int Held => First + 2;

    public int Echo => First + 3;

    public int Datagrams => First + 4;

    public IEnumerable<(int Port, int Backend)> Tcp =>
        [(Stream, Backends.Stream), (Http, Backends.Http), (Held, Backends.Held), (Echo, Backends.Echo)];

    public (int Port, int Backend) Udp => (Datagrams, Backends.Datagrams);
}
