using System.ComponentModel.DataAnnotations;

namespace Harbor.Hosting.Bus;

/// <summary>How RabbitMQ is reached and used.</summary>
public sealed class RabbitMqOptions
{
    /// <summary><c>amqp://</c> or <c>amqps://user:password@host:port/vhost</c>. No default: a password is part of it.</summary>
    [Secret]
    public string? Uri { get; set; }

    /// <summary>Messages handed to one consumer queue ahead of their acknowledgement. Default 32: work is a few milliseconds of store access, and what one process hoards others cannot take.</summary>
    [Range(1, 10_000)]
    public ushort Prefetch { get; set; } = 32;

    /// <summary>Copies of each quorum queue. Default 3: survives the loss of one node of a three-node cluster; a smaller cluster makes as many as it has nodes.</summary>
    [Range(1, 99)]
    public int Replicas { get; set; } = 3;
}
