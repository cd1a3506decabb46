namespace Harbor.Gateway.Admin;

/// <summary>What one worker does with a port: <c>listening</c>, <c>refused</c>, or <c>gone</c> where the worker itself is.</summary>
internal sealed record PortWorkerView(string Worker, string State, string? Reason, string? Holder);
