using Harbor.Gateway.Users;
using Harbor.State.Documents;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Broker.Http;

/// <summary>
/// Stands before every route under <c>/v2</c>: credentials, then version, then the rest; so that both are answered before a body is looked at. Whatever
/// escapes the endpoints is turned into a JSON answer here: a dependency that is away is 503, a bug is 500 and logged.
/// </summary>
internal sealed partial class BrokerGuard(RequestDelegate next, UserDirectory users, IOptions<GatewayOptions> options, ILogger<BrokerGuard> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var requestIdentity = (string?)context.Request.Headers[BrokerCall.RequestIdentityHeader];
        if (!string.IsNullOrEmpty(requestIdentity) && requestIdentity.All(character => character is >= ' ' and <= '~'))
        {
            context.Response.Headers[BrokerCall.RequestIdentityHeader] = requestIdentity;
        }

        if (users.Authenticate(context.Request.Headers.Authorization) is not { } user)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Harbor service broker\", charset=\"UTF-8\"";
            await BrokerWriter.WriteAsync(context, BrokerAnswer.Error(StatusCodes.Status401Unauthorized, "Credentials of a broker user are needed."));
            return;
        }

        if (!user.Has(GatewayRole.Broker))
        {
            await BrokerWriter.WriteAsync(context, BrokerAnswer.Error(StatusCodes.Status403Forbidden, "This user has no access to the service broker."));
            return;
        }

        if (ApiVersion.RefusalOf(context.Request.Headers[ApiVersion.Header], options.Value.Broker) is { } refusal)
        {
            await BrokerWriter.WriteAsync(context, refusal);
            return;
        }

        context.Items[typeof(BrokerCall)] = new BrokerCall(user, OriginatingIdentity.Parse(context.Request.Headers[OriginatingIdentity.Header]), requestIdentity);
        await RunAsync(context);
        await FillEmptyAsync(context);
    }

    private async Task RunAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (BadHttpRequestException exception)
        {
            await AnswerAsync(context, BrokerAnswer.Error(exception.StatusCode, exception.Message));
        }
        catch (Exception exception) when (exception is StateUnavailableException or TimeoutException)
        {
            Log.Unavailable(logger, context.Request.Method, context.Request.Path, exception.Message);
            await AnswerAsync(context, BrokerAnswer.Unavailable("A part of Harbor cannot be reached at the moment. Try again."));
        }
#pragma warning disable CA1031 // The platform must get an answer that it can read, whatever went wrong here.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Failed(logger, exception, context.Request.Method, context.Request.Path);
            await AnswerAsync(context, BrokerAnswer.Error(StatusCodes.Status500InternalServerError, "Harbor failed to handle this request."));
        }
    }

    /// <summary>What routing refuses it refuses without a body.</summary>
    private static Task FillEmptyAsync(HttpContext context) => (context.Response.HasStarted, context.Response.StatusCode) switch
    {
        (false, StatusCodes.Status404NotFound) => BrokerWriter.WriteAsync(context, BrokerAnswer.NotFound("The service broker API has nothing at this path.")),
        (false, StatusCodes.Status405MethodNotAllowed) => BrokerWriter.WriteAsync(context, BrokerAnswer.Error(405, "The service broker API has no such method at this path.")),
        _ => Task.CompletedTask,
    };

    private static Task AnswerAsync(HttpContext context, BrokerAnswer answer)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        return BrokerWriter.WriteAsync(context, answer);
    }

    private static partial class Log
    {
        [LoggerMessage(1500, LogLevel.Warning, "{Method} {Path} is answered 503: {Reason}")]
        public static partial void Unavailable(ILogger logger, string method, string path, string reason);

        [LoggerMessage(1501, LogLevel.Error, "{Method} {Path} failed.")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string path);
    }
}
