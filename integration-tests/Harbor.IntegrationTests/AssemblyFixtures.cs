using Harbor.Testing.Servers;

[assembly: AssemblyFixture(typeof(RabbitMqServer))]
