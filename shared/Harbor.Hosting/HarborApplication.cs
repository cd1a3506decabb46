using Microsoft.AspNetCore.Builder;

namespace Harbor.Hosting;

/// <summary>A started process. Owns the host and what was prepared for it, and disposes the host first.</summary>
public sealed class HarborApplication(WebApplication app, IAsyncDisposable? prepared) : IAsyncDisposable
{
    public WebApplication App { get; } = app;

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (prepared is not null)
        {
            await prepared.DisposeAsync();
        }
    }
}
