using Harbor.State.Configuration;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.State.Workers;
using Harbor.Testing.Processes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Harbor.State.Tests.Configuration;

public sealed class AddHarborStateTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new("state");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Sqlite_InTheDataDirectory_KeepsEveryKindOfDocument()
    {
        using var host = Build(("Harbor:State:Provider", "sqlite"), ("Harbor:DataDirectory", _directory.Path));

        (await host.Services.GetRequiredService<IDocuments<PortDocument>>().GetAsync("default/1", Cancelled)).ShouldBeNull();
        (await host.Services.GetRequiredService<IDocuments<ServiceInstanceDocument>>().QueryAsync(DocumentQuery.All, Cancelled)).ShouldBeEmpty();
        (await host.Services.GetRequiredService<IDocuments<BindingDocument>>().QueryAsync(DocumentQuery.All, Cancelled)).ShouldBeEmpty();
        (await host.Services.GetRequiredService<IDocuments<WorkerDocument>>().QueryAsync(DocumentQuery.Where("pool", "default"), Cancelled)).ShouldBeEmpty();
        File.Exists(_directory.Combine("harbor.db")).ShouldBeTrue();
    }

    [Fact]
    public void Calling_ItTwice_ChangesNothing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddHarborState();
        var count = builder.Services.Count;

        builder.AddHarborState();

        builder.Services.Count.ShouldBe(count);
    }

    [Fact]
    public async Task Health_OfAStateThatCannotBeHad_IsUnhealthyAndSaysWhere()
    {
        var blocked = _directory.Combine("file");
        await File.WriteAllTextAsync(blocked, "", Cancelled);
        using var host = Build(("Harbor:State:Provider", "Sqlite"), ("Harbor:State:Sqlite:Path", Path.Combine(blocked, "harbor.db")));

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancelled);

        report.Entries["state"].Status.ShouldBe(HealthStatus.Unhealthy);
        report.Entries["state"].Tags.ShouldContain("dependency");
        report.Entries["state"].Description.ShouldNotBeNull().ShouldContain(blocked);
    }

    [Theory]
    [InlineData("Harbor:State:Provider", "Oracle", "Harbor:State:Provider is 'Oracle'; it must be Mongo or Sqlite.")]
    [InlineData("Harbor:State:Provider", "1", "Harbor:State:Provider is '1'; it must be Mongo or Sqlite.")]
    [InlineData("Harbor:State:Provider", "Mongo", "Harbor:State:Mongo:ConnectionString is missing; it must be mongodb://host:port/database, or Harbor:State:Provider must be Sqlite.")]
    [InlineData("Harbor:State:Mongo:ConnectionString", "http://me:secret@db/", "Harbor:State:Mongo:ConnectionString is not a MongoDB connection string; it must be mongodb://host:port/database or mongodb+srv://host/database.")]
    [InlineData("Harbor:State:Mongo:ConnectionString", "mongodb://me:secret@/?w=&=", "Harbor:State:Mongo:ConnectionString is not a MongoDB connection string; it must be mongodb://host:port/database or mongodb+srv://host/database.")]
    public void Options_ThatAreWrong_AreRefusedByKeyAndValue(string key, string value, string expected)
    {
        using var host = Build((key, value));

        var failure = Should.Throw<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<StateOptions>>().Value);

        failure.Failures.ShouldBe([expected]);
    }

    [Fact]
    public void SqlitePath_OfADirectory_IsRefused()
    {
        using var host = Build(("Harbor:State:Provider", "Sqlite"), ("Harbor:State:Sqlite:Path", _directory.Path));

        var failure = Should.Throw<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<StateOptions>>().Value);

        failure.Failures.ShouldBe([$"Harbor:State:Sqlite:Path is '{_directory.Path}', a directory; it must be the path of a file."]);
    }

    private static IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddHarborState();
        builder.Services.AddLogging();
        return builder.Build();
    }
}
