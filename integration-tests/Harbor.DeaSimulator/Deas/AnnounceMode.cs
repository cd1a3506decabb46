namespace Harbor.DeaSimulator.Deas;

/// <summary>How a DEA tells where its instances can be reached.</summary>
internal enum AnnounceMode
{
    /// <summary>In the heartbeat's <c>host</c> and <c>ports</c>.</summary>
    Heartbeat,

    /// <summary>By <c>harbor.register</c>; its heartbeats are those of an unmodified DEA.</summary>
    Register,

    /// <summary>Not at all: an unmodified DEA, which only answers <c>dea.find.droplet</c> and sends <c>router.register</c>.</summary>
    Unmodified,
}
