using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Linux;

/// <summary>One transport of a port on one loop: what comes in on the port's socket, and its sessions here. All members are called on the loop's thread.</summary>
internal abstract class PortListener(EventLoop loop) : LoopEntry
{
    public EventLoop Loop => loop;

    /// <summary>Once no new session is to be taken in.</summary>
    public bool IsClosed { get; protected set; }

    public abstract void Open();

    /// <summary>No new sessions from here on.</summary>
    public abstract void StopAccepting();

    public abstract void EndAll(EndReason reason);

    /// <summary>Ends one session in so many, by chance (<see cref="DrainPace"/>).</summary>
    public abstract void EndSome(EndReason reason, int oneIn);

    /// <summary>Rules or backends have changed: ends the sessions of backends that are gone, tries again for those that wait, and sees to timeouts.</summary>
    public abstract void Changed();
}
