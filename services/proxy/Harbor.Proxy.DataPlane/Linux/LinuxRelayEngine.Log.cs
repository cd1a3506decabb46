using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Linux;

internal sealed partial class LinuxRelayEngine
{
    private readonly ILogger _logger;

    private static partial class Log
    {
        [LoggerMessage(4510, LogLevel.Information, "The relay runs on its Linux engine with {Loops} loops")]
        public static partial void Started(ILogger logger, int loops);
    }
}
