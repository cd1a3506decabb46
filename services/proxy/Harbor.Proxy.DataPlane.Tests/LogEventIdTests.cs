using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Tests;

public sealed class LogEventIdTests
{
    [Fact]
    public void EventIds_OfAllMessages_AreUniqueAndInTheDataPlanesRange()
    {
        var ids = typeof(RelayEngine).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId)
            .OfType<int>()
            .ToList();
        ids.Count.ShouldBeGreaterThan(10);
        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => id >= 4000 && id < 5000);
    }
}
