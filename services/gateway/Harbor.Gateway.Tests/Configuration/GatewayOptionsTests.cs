using System.Globalization;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Pools;
using Harbor.Gateway.Users;

namespace Harbor.Gateway.Tests.Configuration;

public sealed class GatewayOptionsTests
{
    [Fact]
    public void WellKnownPassword_IsForLoopbackAlone()
    {
        var options = new GatewayOptions { Users = [new UserOptions { Name = "harbor", Password = "harbor" }] };
        Problems(options).ShouldBeEmpty();
        options.Url = "http://localhost:8080;http://[::1]:8080";
        Problems(options).ShouldBeEmpty();
        foreach (var url in new[] { "http://0.0.0.0:8080", "http://*:8080", "http://10.0.0.9:8080", "http://127.0.0.1:8080;http://[::]:8080" })
        {
            options.Url = url;
            Problems(options).ShouldHaveSingleItem().ShouldContain(url);
        }
    }

    [Fact]
    public void EveryProblem_IsFoundAtOnceWithoutPasswords()
    {
        var options = new GatewayOptions
        {
            Users = [new UserOptions { Name = "a:b", Password = "hidden" }, new UserOptions { Name = "c", Roles = ["god"] }],
            Plans = [new PlanOptions { Id = "1", Name = "bad name", Description = "d", MaintenanceVersion = "1.0" }, new PlanOptions { Id = "1", Name = "ok", Description = "d" }],
        };
        options.Broker.FirstResend = TimeSpan.Zero;
        options.Broker.SynchronousTimeout = TimeSpan.FromMinutes(1);
        options.Broker.OperationTimeout = TimeSpan.FromHours(1);
        var problems = Problems(options);
        problems.Count.ShouldBe(9);
        problems.ShouldAllBe(problem => !problem.Contains("hidden"));
    }

    [Theory]
    [InlineData("1.0.0", true)]
    [InlineData("0.10.2-rc.1-x.0+build.007", true)]
    [InlineData("1.0.0-0a", true)]
    [InlineData("1.0", false)]
    [InlineData("01.0.0", false)]
    [InlineData("1.0.0-01", false)]
    [InlineData("1.0.0-a..b", false)]
    [InlineData("1.0.0-", false)]
    [InlineData("1.0.0+", false)]
    [InlineData("1.0.0+a..b", false)]
    [InlineData("1.0.\u0663", false)]
    [InlineData("1.0.0\n", false)]
    public void C026_MaintenanceVersion_IsSemantic(string version, bool good)
        => Problems(new GatewayOptions { Plans = [new PlanOptions { Id = "1", Name = "n", Description = "d", MaintenanceVersion = version }] }).Count.ShouldBe(good ? 0 : 1);

    /// <summary>What platforms refuse in a catalog must not get there: they refuse it whole.</summary>
    [Fact]
    public void C020_C026_C027_PlanThatPlatformsRefuse_IsAProblem()
    {
        PlanOptions Plan() => new() { Id = "1", Name = "n", Description = "d", MaintenanceVersion = "1.0.0", MaintenanceDescription = "m" };
        Problems(new GatewayOptions { Plans = [Plan()] }).ShouldBeEmpty();
        List<Action<PlanOptions>> faults =
        [
            plan => plan.Id = ServiceOffering.Id, plan => plan.Id = new string('i', 256), plan => plan.Id = "a\nb", plan => plan.Name = new string('n', 256), plan => plan.Name = "n\n",
            plan => plan.Description = new string('d', 256), plan => plan.MaintenanceDescription = new string('d', 256), plan => plan.MaintenanceDescription = "", plan => plan.MaintenanceVersion = null,
            plan => plan.MaintenanceVersion = $"1.0.0-{new string('v', 256)}",
        ];
        foreach (var fault in faults)
        {
            var plan = Plan();
            fault(plan);
            Problems(new GatewayOptions { Plans = [plan] }).ShouldHaveSingleItem();
        }
    }

    [Theory]
    [InlineData("35000-40000", true)]
    [InlineData("1-65535", true)]
    [InlineData("7-7", true)]
    [InlineData("40000-35000", false)]
    [InlineData("0-10", false)]
    [InlineData("1-65536", false)]
    [InlineData("10", false)]
    [InlineData("a-b", false)]
    public void Range_IsTwoPorts(string text, bool good) => new PoolOptionsValidator().Validate(null, new PoolOptions { ["p"] = new PoolSettings { PortRange = text } }).Succeeded.ShouldBe(good);

    [Theory]
    [InlineData("00:00:00", true)]
    [InlineData("1.00:00:00", true)]
    [InlineData("-00:00:01", false)]
    [InlineData("60.00:00:00", false)]
    public void Quarantine_IsADayAtMost(string text, bool good)
        => new PoolOptionsValidator().Validate(null, new PoolOptions { ["p"] = new PoolSettings { Quarantine = TimeSpan.Parse(text, CultureInfo.InvariantCulture) } }).Succeeded.ShouldBe(good);

    [Fact]
    public void DefaultPlan_IsThereUnlessAnotherHasTheDefaultPool()
    {
        PlanCatalog.PlansOf(new GatewayOptions()).ShouldHaveSingleItem().Id.ShouldBe(ServiceOffering.DefaultPlanId);
        PlanCatalog.PlansOf(new GatewayOptions { Plans = [new PlanOptions { Id = "2", Pool = "other" }] }).Select(plan => plan.Id).ShouldBe([ServiceOffering.DefaultPlanId, "2"]);
        PlanCatalog.PlansOf(new GatewayOptions { Plans = [new PlanOptions { Id = "2" }] }).Select(plan => plan.Id).ShouldBe(["2"]);
    }

    private static List<string> Problems(GatewayOptions options) => [.. new GatewayOptionsValidator().Validate(null, options).Failures ?? []];
}
