namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <summary>How many datagrams the system took, and their bytes. Where that is not all, <see cref="Error"/> says why the next one was not, as a negative error number.</summary>
internal readonly record struct SentDatagrams(int Count, long Bytes, int Error);
