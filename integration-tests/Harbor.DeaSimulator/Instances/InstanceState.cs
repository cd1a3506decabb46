namespace Harbor.DeaSimulator.Instances;

/// <summary>The states of an instance that a DEA tells in its heartbeats, spelt there in capitals.</summary>
internal enum InstanceState
{
    Starting,
    Running,
    Crashed,
    Evacuating,
}
