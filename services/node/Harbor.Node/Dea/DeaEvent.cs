namespace Harbor.Node.Dea;

/// <summary>What a DEA said, read from the wire: every era's shapes in one form.</summary>
internal abstract record DeaEvent;
