namespace NATS.NKeys;

/// <summary>
/// The part of NATS.NKeys that NATS.Client.Core is linked with. Harbor refuses NKey settings when it starts, so none of it is ever called:
/// it only has to be there when the client logs in by user and password, token or certificate.
/// </summary>
public sealed class KeyPair
{
    private const string NotSupported = "NKey authentication is not supported.";

    private KeyPair()
    {
    }

    public static KeyPair FromSeed(ReadOnlySpan<char> encodedSeed) => throw new NotSupportedException(NotSupported);

#pragma warning disable CA1822 // The client calls these on an instance.
    public void Sign(ReadOnlyMemory<byte> message, Memory<byte> signature) => throw new NotSupportedException(NotSupported);

    public string GetPublicKey() => throw new NotSupportedException(NotSupported);
#pragma warning restore CA1822
}
