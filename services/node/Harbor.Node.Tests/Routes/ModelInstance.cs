namespace Harbor.Node.Tests.Routes;

/// <summary>An instance as the model has it.</summary>
internal sealed class ModelInstance
{
    public required string App { get; init; }

    /// <summary>Null: an address of which only <c>router.register</c> has spoken.</summary>
    public required string? Id { get; init; }

    public string? Dea { get; set; }

    public string? Host { get; set; }

    public List<ModelPort> Ports { get; set; } = [];

    /// <summary>Its DEA has named its ports.</summary>
    public bool NamesPorts { get; set; }

    /// <summary>Known from a stored port alone.</summary>
    public bool Stored { get; set; }

    public int? Heard { get; set; }

    public int? Registered { get; set; }

    public double Began { get; set; } = double.NaN;

    public bool Evacuating { get; set; }
}
