using Harbor.State.Apps;
using Harbor.State.Documents;

namespace Harbor.Node.Allocation;

/// <summary>Where applications listen inside their containers: per application one number for each service instance.</summary>
internal sealed class IntPorts(IDocuments<AppDocument> apps)
{
    /// <summary>The number of the service instance in the application: the one it had, or the lowest free one. Null where none is left.</summary>
    public async Task<int?> TakeAsync(string appGuid, string serviceInstanceId, CancellationToken cancellationToken)
    {
        while (true)
        {
            var app = await apps.GetAsync(appGuid, cancellationToken);
            var known = app?.IntPorts ?? new Dictionary<string, int>();
            if (known.TryGetValue(serviceInstanceId, out var number))
            {
                return number;
            }

            number = LowestFree(known.Values);
            if (number > ushort.MaxValue)
            {
                return null;
            }

            var taken = new Dictionary<string, int>(known) { [serviceInstanceId] = number };
            var result = app is null
                ? await apps.InsertAsync(new AppDocument { Id = appGuid, IntPorts = taken }, cancellationToken)
                : await apps.ReplaceAsync(app with { IntPorts = taken }, cancellationToken);
            if (result.Written)
            {
                return number;
            }
        }
    }

    /// <summary>The service instance is gone: its numbers are free in every application.</summary>
    public async Task FreeAsync(string serviceInstanceId, CancellationToken cancellationToken)
    {
        foreach (var app in await apps.QueryAsync(DocumentQuery.Where(AppDocument.InstanceIndex, serviceInstanceId), cancellationToken))
        {
            await FreeAsync(app, serviceInstanceId, cancellationToken);
        }
    }

    private async Task FreeAsync(AppDocument? app, string serviceInstanceId, CancellationToken cancellationToken)
    {
        while (app is not null && app.IntPorts.ContainsKey(serviceInstanceId))
        {
            var left = app.IntPorts.Where(entry => entry.Key != serviceInstanceId).ToDictionary();
            var outcome = left.Count == 0
                ? await apps.DeleteAsync(app, cancellationToken)
                : (await apps.ReplaceAsync(app with { IntPorts = left }, cancellationToken)).Outcome;
            if (outcome is WriteOutcome.Written)
            {
                return;
            }

            app = await apps.GetAsync(app.Id, cancellationToken);
        }
    }

    private static int LowestFree(IEnumerable<int> used)
    {
        var taken = used.ToHashSet();
        var number = AppDocument.FirstIntPort;
        while (taken.Contains(number))
        {
            number++;
        }

        return number;
    }
}
