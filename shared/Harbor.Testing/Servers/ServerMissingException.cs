namespace Harbor.Testing.Servers;

/// <summary>There is no way on this machine to have the server: neither an address, nor a Docker engine, nor its program.</summary>
public sealed class ServerMissingException : Exception
{
    public ServerMissingException(string server, string variable, string program)
        : base($"{server} is missing: set {variable}, or have a Docker engine, or install {program}.")
    {
    }
}
