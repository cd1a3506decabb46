namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>The error numbers that the engine tells apart; the same on every Linux architecture that .NET runs on.</summary>
internal static class Errno
{
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int NoMemory = 12;
    public const int FileTableFull = 23;
    public const int TooManyFiles = 24;
    public const int BrokenPipe = 32;
    public const int MessageTooLong = 90;
    public const int AddressFamilyNotSupported = 97;
    public const int AddressInUse = 98;
    public const int AddressNotAvailable = 99;
    public const int NetworkDown = 100;
    public const int NetworkUnreachable = 101;
    public const int ConnectionAborted = 103;
    public const int ConnectionReset = 104;
    public const int NoBuffers = 105;
    public const int TimedOut = 110;
    public const int ConnectionRefused = 111;
    public const int HostDown = 112;
    public const int HostUnreachable = 113;
    public const int InProgress = 115;
}
