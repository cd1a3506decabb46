namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>What one run of one work over one relay gave: figures by name.</summary>
internal sealed record Measured(IReadOnlyDictionary<string, double> Figures)
{
    public static Measured Of(params (string Name, double Value)[] figures) => new(figures.ToDictionary(figure => figure.Name, figure => figure.Value));
}
