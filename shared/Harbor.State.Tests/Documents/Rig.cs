namespace Harbor.State.Tests.Documents;

public enum Rig
{
    Sloop,
    Ketch,
}
