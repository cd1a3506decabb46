using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Users;

/// <summary>Who may come in. Compares with every user's digest in constant time, so that an answer's time tells nothing about names or passwords.</summary>
internal sealed class UserDirectory
{
    private readonly IReadOnlyList<(byte[] Digest, GatewayUser User)> _users;

    // Digests are keyed with a number of this process: equal passwords show nowhere, not even in a memory dump's equal bytes.
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public UserDirectory(IOptions<GatewayOptions> options)
    {
        _users = [.. options.Value.Users.Select(user => (Digest(user.Name, user.Password), new GatewayUser(user.Name, GatewayRoles.Parse(user.Roles))))];
    }

    /// <summary>The user of an Authorization header; null where it is missing, malformed or wrong.</summary>
    public GatewayUser? Authenticate(string? authorization)
    {
        if (Credentials(authorization) is not var (name, password))
        {
            return null;
        }

        var digest = Digest(name, password);
        GatewayUser? found = null;
        foreach (var (known, user) in _users)
        {
            found = CryptographicOperations.FixedTimeEquals(known, digest) ? user : found;
        }

        return found;
    }

    private static (string Name, string Password)? Credentials(string? authorization)
    {
        const string Scheme = "Basic ";
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var encoded = authorization.AsSpan(Scheme.Length).Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64Chars(encoded, bytes, out var written))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, written);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (pair[..colon], pair[(colon + 1)..]);
    }

    private byte[] Digest(string name, string password) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{name}:{password}"));
}
