namespace Harbor.Gateway.Admin;

/// <summary>Ports: who has them, what stands behind them, what the workers say of them.</summary>
internal static class PortEndpoints
{
    private const int MostPorts = 1000;

    public static void MapPorts(this RouteGroupBuilder admin)
    {
        admin.MapGet("/ports", ListAsync)
            .Produces<PortList>()
            .WithSummary("Ports, ordered by pool and number; the next page starts after the answer's next.");
        admin.MapGet("/ports/{pool}/{port:int}", async (string pool, int port, PortAdmin ports, CancellationToken cancellationToken)
                => await ports.FindAsync(pool, port, cancellationToken) is { } found ? Results.Ok(found) : NotFound(pool, port))
            .Produces<PortDetail>()
            .WithSummary("One port: policy, applications, backends, and each worker's view of it.");
        admin.MapPost("/ports/{pool}/{port:int}/relisten", async (string pool, int port, PortAdmin ports, HttpContext context)
                => await ports.RelistenAsync(pool, port, AdminGuard.UserOf(context)) switch
                {
                    true => Results.Accepted(),
                    false => Results.Json(new AdminError("The bus cannot be reached at the moment."), statusCode: StatusCodes.Status503ServiceUnavailable),
                    null => NotFound(pool, port),
                })
            .Produces(StatusCodes.Status202Accepted)
            .ForOperators()
            .WithSummary("Every worker of the pool closes the port's listeners and opens them again.");
    }

    private static async Task<IResult> ListAsync(
        PortAdmin ports, CancellationToken cancellationToken, string? pool = null, string? app = null, string? instance = null, string? state = null, string? after = null, int limit = 100)
    {
        if (limit is < 1 or > MostPorts)
        {
            return Results.BadRequest(new AdminError($"limit must be 1 to {MostPorts}."));
        }

        return state is null or "active" or "quarantined"
            ? Results.Ok(await ports.ListAsync(new PortFilter(pool, app, instance, state, after, limit), cancellationToken))
            : Results.BadRequest(new AdminError("state must be active or quarantined."));
    }

    private static IResult NotFound(string pool, int port) => Results.NotFound(new AdminError($"No instance has port {port} of pool '{pool}'."));
}
