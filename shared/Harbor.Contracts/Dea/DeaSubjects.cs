namespace Harbor.Contracts.Dea;

/// <summary>The NATS subjects that Harbor and the DEAs share. They are fixed by the platform; DEAs of every age use them.</summary>
public static class DeaSubjects
{
    public const string Heartbeat = "dea.heartbeat";
    public const string DropletExited = "droplet.exited";
    public const string Shutdown = "dea.shutdown";
    public const string Start = "dea.start";
    public const string FindDroplet = "dea.find.droplet";
    public const string RouterRegister = "router.register";
    public const string RouterUnregister = "router.unregister";
    public const string HarborRegister = "harbor.register";
    public const string HarborUnregister = "harbor.unregister";
    public const string HarborStart = "harbor.start";
    public const string HarborGreet = "harbor.greet";
    public const string ComponentAnnounce = "vcap.component.announce";
    public const string ComponentDiscover = "vcap.component.discover";
}
