using System.Runtime.InteropServices;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>The kernel's <c>struct cmsghdr</c> on 64 bits: data follows, and the next one at a multiple of eight bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlHeader
{
    public const int Size = 16;

    public nuint Length;
    public int Level;
    public int Type;

    /// <summary>Bytes that data of a length takes in a control buffer.</summary>
    public static int Space(int dataLength) => Size + ((dataLength + 7) & ~7);
}
