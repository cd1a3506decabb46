using System.Runtime.InteropServices;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>The kernel's <c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public byte* Data;
    public nuint Length;
}
