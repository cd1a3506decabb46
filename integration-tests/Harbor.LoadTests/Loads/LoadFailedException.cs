namespace Harbor.LoadTests.Loads;

/// <summary>Harbor did not do what it was asked, or left behind what it should not: the load test has failed.</summary>
internal sealed class LoadFailedException(string message) : Exception(message);
