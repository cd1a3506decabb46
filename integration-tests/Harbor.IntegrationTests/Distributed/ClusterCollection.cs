namespace Harbor.IntegrationTests.Distributed;

/// <summary>One cluster for all tests that need one, one after the other: its processes take half a minute to start on a busy machine.</summary>
[CollectionDefinition]
public sealed class ClusterCollection : ICollectionFixture<Cluster>;
