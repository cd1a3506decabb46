namespace Harbor.Hosting.Logs;

/// <summary>How log events look on stdout.</summary>
public enum ConsoleFormat
{
    /// <summary>Readable on a terminal, else JSON: what collects a container's output wants to parse it.</summary>
    Auto,

    /// <summary>A line for people.</summary>
    Text,

    /// <summary>Compact JSON, one event a line.</summary>
    Json,

    /// <summary>Nothing on stdout.</summary>
    None,
}
