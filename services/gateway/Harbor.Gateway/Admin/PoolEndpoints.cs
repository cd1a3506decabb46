using Harbor.Gateway.Broker.Http;

namespace Harbor.Gateway.Admin;

/// <summary>Pools, read and changed at run time.</summary>
internal static class PoolEndpoints
{
    public static void MapPools(this RouteGroupBuilder admin)
    {
        admin.MapGet("/pools", async (PoolAdmin pools, CancellationToken cancellationToken) => TypedResults.Ok(await pools.ListAsync(cancellationToken)))
            .WithSummary("All pools.");
        admin.MapGet("/pools/{pool}", async (string pool, PoolAdmin pools, CancellationToken cancellationToken)
                => await pools.FindAsync(pool, cancellationToken) is { } found ? Results.Ok(found) : NotFound(pool))
            .Produces<PoolStatus>()
            .WithSummary("One pool.");
        admin.MapPatch("/pools/{pool}", ChangeAsync)
            .Accepts<PoolChange>("application/json")
            .Produces<PoolStatus>()
            .ForOperators()
            .WithSummary("Changes what is named; an empty text or null takes an address away. Ports in use outside a new range stay, and are listed in the answer.");
    }

    private static async Task<IResult> ChangeAsync(string pool, PoolAdmin pools, HttpContext context)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (refusal is not null)
        {
            return Results.Json(new AdminError((string)refusal.Body["description"]!), statusCode: refusal.Status);
        }

        var (change, fault) = PoolChange.Read(body);
        if (change is null)
        {
            return Results.BadRequest(new AdminError(fault!));
        }

        return await pools.ChangeAsync(pool, change, AdminGuard.UserOf(context)) is { } changed ? Results.Ok(changed) : NotFound(pool);
    }

    private static IResult NotFound(string pool) => Results.NotFound(new AdminError($"There is no pool '{pool}'."));
}
