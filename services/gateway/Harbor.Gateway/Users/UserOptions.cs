using Harbor.Hosting;

namespace Harbor.Gateway.Users;

/// <summary>One user of the gateway's HTTP interfaces.</summary>
public sealed class UserOptions
{
    /// <summary>As in HTTP Basic: no colon, not empty.</summary>
    public string Name { get; set; } = "";

    [Secret]
    public string Password { get; set; } = "";

    /// <summary>
    /// <c>broker</c>, <c>viewer</c>, <c>operator</c>: a list, or one value with commas. Default <c>broker</c> alone: a platform's credentials
    /// must not open the admin API because somebody forgot a line.
    /// </summary>
    public IReadOnlyList<string> Roles { get; set; } = [];
}
