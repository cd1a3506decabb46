namespace Harbor.Hosting;

/// <summary>The modules of this process, in the order given; the first one is whose URL it listens on.</summary>
public sealed record HarborModules(IReadOnlyList<IHarborModule> All);
