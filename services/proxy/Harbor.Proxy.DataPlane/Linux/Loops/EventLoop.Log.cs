using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Linux.Loops;

internal sealed partial class EventLoop
{
    private readonly ILogger _logger;

    private static partial class Log
    {
        [LoggerMessage(4500, LogLevel.Error, "Loop {Loop} of the relay failed at an action posted to it")]
        public static partial void ActionFailed(ILogger logger, int loop, Exception exception);

        [LoggerMessage(4501, LogLevel.Error, "Loop {Loop} of the relay failed at an event of one of its connections, which is abandoned")]
        public static partial void EventFailed(ILogger logger, int loop, Exception exception);
    }
}
