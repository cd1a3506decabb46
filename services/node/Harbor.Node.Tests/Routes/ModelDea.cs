namespace Harbor.Node.Tests.Routes;

/// <summary>A DEA as the model has it.</summary>
internal sealed class ModelDea
{
    public int? Heard { get; set; }

    public (string App, string Id)? LastSingle { get; set; }

    public bool ShuttingDown { get; set; }
}
