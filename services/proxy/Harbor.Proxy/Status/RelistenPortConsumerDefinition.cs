namespace Harbor.Proxy.Status;

internal sealed class RelistenPortConsumerDefinition : WorkerConsumerDefinition<RelistenPortConsumer>;
