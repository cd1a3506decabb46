using System.Runtime.InteropServices;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>The kernel's <c>struct mmsghdr</c> on 64 bits. Pointers are borrowed: whoever fills it in keeps what they point to.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public void* Name;
    public uint NameLength;
    private readonly uint _padding;
    public IoVector* Parts;
    public nuint PartCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;
    private readonly uint _flagsPadding;

    /// <summary>What a call on many messages says of this one.</summary>
    public uint Transferred;
    private readonly uint _transferredPadding;
}
