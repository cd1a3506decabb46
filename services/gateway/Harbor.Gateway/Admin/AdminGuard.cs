using Harbor.Gateway.Users;
using Harbor.State.Documents;

namespace Harbor.Gateway.Admin;

/// <summary>Stands before every route under <c>/admin</c>: credentials, then role; and gives every failure a JSON answer.</summary>
internal sealed partial class AdminGuard(RequestDelegate next, UserDirectory users, ILogger<AdminGuard> logger)
{
    public static GatewayUser UserOf(HttpContext context) => (GatewayUser)context.Items[typeof(GatewayUser)]!;

    public async Task InvokeAsync(HttpContext context)
    {
        if (users.Authenticate(context.Request.Headers.Authorization) is not { } user)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Harbor admin\", charset=\"UTF-8\"";
            await WriteAsync(context, StatusCodes.Status401Unauthorized, "Credentials of a viewer or an operator are needed.");
            return;
        }

        var needed = context.GetEndpoint()?.Metadata.GetMetadata<RequiredRole>()?.Role ?? GatewayRole.Viewer;
        if (!user.Has(needed))
        {
            await WriteAsync(context, StatusCodes.Status403Forbidden, $"This needs the role {(needed == GatewayRole.Operator ? "operator" : "viewer")}.");
            return;
        }

        context.Items[typeof(GatewayUser)] = user;
        await RunAsync(context);
    }

    private async Task RunAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentLength: null, ContentType: null })
            {
                await WriteAsync(context, context.Response.StatusCode, "The admin API has nothing for this request: see /openapi/v1.json.");
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, exception.StatusCode, exception.InnerException?.Message ?? exception.Message);
        }
        catch (Exception exception) when (exception is StateUnavailableException or TimeoutException && !context.Response.HasStarted)
        {
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "The state or the bus cannot be reached at the moment.");
        }
#pragma warning disable CA1031 // The operator must get an answer that says so, whatever went wrong here.
        catch (Exception exception) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            Log.Failed(logger, exception, context.Request.Method, context.Request.Path);
            await WriteAsync(context, StatusCodes.Status500InternalServerError, "Harbor failed to handle this request.");
        }
    }

    private static Task WriteAsync(HttpContext context, int status, string description)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new AdminError(description), context.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(1900, LogLevel.Error, "{Method} {Path} failed.")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string path);
    }
}
