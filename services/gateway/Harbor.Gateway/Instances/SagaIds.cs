using System.Security.Cryptography;
using System.Text;

namespace Harbor.Gateway.Instances;

/// <summary>
/// A saga's id is made of its service instance's: so every event finds its saga by one read, also those of workers, who know no operation, and two
/// gateways that start the same work start the same saga. A cryptographic digest, because platforms choose the ids.
/// </summary>
internal static class SagaIds
{
    public static Guid Of(string serviceInstanceId)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(serviceInstanceId), digest);
        return new Guid(digest[..16]);
    }
}
