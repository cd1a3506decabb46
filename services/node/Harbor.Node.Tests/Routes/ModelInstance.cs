namespace Harbor.Node.Tests.Routes;

/// <summary>An instance as the model has it.</summary>
internal sealed class ModelInstance
{
    public required string App { get; init; }

    public required string Id { get; init; }

    public string? Dea { get; set; }

    public string? Host { get; set; }

    public int? Port { get; set; }

    public int? Heard { get; set; }

    public int? Registered { get; set; }

    public double Began { get; set; } = double.NaN;

    public bool Evacuating { get; set; }
}
