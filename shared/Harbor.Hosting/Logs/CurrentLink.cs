using System.Text;
using Serilog.Sinks.File;

namespace Harbor.Hosting.Logs;

/// <summary>Keeps <c>harbor_gateway.log</c> a link to today's file, so that <c>tail -F</c> of the plain name follows the log over midnight.</summary>
internal sealed class CurrentLink(string link) : FileLifecycleHooks
{
    public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
    {
        try
        {
            // Made aside and moved over: whoever looks always finds one.
            var next = $"{link}.next";
            File.Delete(next);
            File.CreateSymbolicLink(next, Path.GetFileName(path));
            File.Move(next, link, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // A file system without links has the dated files alone.
        }

        return underlyingStream;
    }
}
