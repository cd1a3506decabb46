using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>One kind of load.</summary>
internal interface IWork
{
    string Name { get; }

    /// <summary>False for relays that cannot do it.</summary>
    bool Suits(RelayUnderTest relay);

    Measured Run(RelayUnderTest relay, TimeSpan length);
}
