using Harbor.Gateway.Broker;

namespace Harbor.Gateway.Instances;

/// <summary>How long to wait before something that may have been lost is asked again: doubling, up to a limit.</summary>
internal static class Resending
{
    public static TimeSpan Pause(BrokerOptions options, int resends)
    {
        var pause = options.FirstResend * Math.Pow(2, Math.Min(resends, 20));
        return pause < options.LongestResend ? pause : options.LongestResend;
    }
}
