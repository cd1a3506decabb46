using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <summary>A pipe that bytes pass through from one socket to another without being copied. Owns both ends.</summary>
internal sealed class SplicePipe(int readEnd, int writeEnd)
{
    /// <summary>The most that an unprivileged process may ask for by default (<c>fs.pipe-max-size</c>). 64 KiB, the system's default, moves a GB for the price of a copy; 1 MiB for half.</summary>
    public const int Size = 1024 * 1024;

    /// <summary>Bytes that are in it.</summary>
    public int Filled { get; private set; }

    /// <summary>Takes what the socket has. The result of the call: bytes, 0 at the stream's end, or a negative error number.</summary>
    public int Fill(int socket)
    {
        var taken = Kernel.Splice(socket, writeEnd, Size);
        Filled += Math.Max(0, taken);
        return taken;
    }

    /// <summary>Gives to the socket what it takes; likewise.</summary>
    public int Empty(int socket)
    {
        var given = Kernel.Splice(readEnd, socket, Filled);
        Filled -= Math.Max(0, given);
        return given;
    }

    public void Close()
    {
        Kernel.Close(readEnd);
        Kernel.Close(writeEnd);
    }
}
