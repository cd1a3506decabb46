namespace Harbor.Proxy.Status;

internal sealed class ReportPortConsumerDefinition : WorkerConsumerDefinition<ReportPortConsumer>;
