using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Harbor.Proxy.DataPlane.Benchmarks.Soaking;

/// <summary>One client's visit: what it sends must come back, whole or cut by a reset.</summary>
internal static class SoakRounds
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private enum Ending
    {
        /// <summary>Closes when all is back.</summary>
        Close,

        /// <summary>Half-closes when all is sent.</summary>
        HalfClose,

        /// <summary>Likewise, and reads slowly.</summary>
        ReadSlowly,

        /// <summary>Resets somewhere on the way, or closes.</summary>
        Reset,
    }

    public static async Task TcpAsync(int port, Random random, SoakTally tally)
    {
        var data = RandomNumberGenerator.GetBytes(random.Next(10) == 0 ? random.Next(1, 4_000_000) : random.Next(1, 200_000));
        var ending = (Ending)random.Next(4);
        var received = new byte[data.Length + 1];
        var count = 0;
        using var patience = new CancellationTokenSource(_patience);
        try
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            var sending = SendAsync(client, data, ending, patience.Token);
            while (count < received.Length)
            {
                var most = Math.Min(received.Length - count, random.Next(1, 65_536));
                var more = await client.ReceiveAsync(received.AsMemory(count, most), SocketFlags.None, patience.Token);
                count += more;
                if (more == 0 || (ending is Ending.Close or Ending.Reset && count == data.Length))
                {
                    break;
                }

                if (ending == Ending.Reset && random.Next(6) == 0)
                {
                    client.LingerState = new LingerOption(true, 0);
                    break;
                }

                if (ending == Ending.ReadSlowly && random.Next(4) == 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 10)), TimeProvider.System, CancellationToken.None);
                }
            }

            if (ending != Ending.Reset)
            {
                await sending;
            }
            else
            {
                client.Dispose();
                await sending.ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            tally.CountWrong($"{ending}: nothing happened for {_patience.TotalSeconds} s after {count} of {data.Length} bytes");
            return;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            ending = Ending.Reset;
        }

        Judge(data, received.AsSpan(0, count), ending, tally);
    }

    public static async Task UdpAsync(int port, Random random, SoakTally tally)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await client.ConnectAsync(IPAddress.Loopback, port);
        var received = new byte[65_536];
        for (var turn = random.Next(1, 20); turn > 0; turn--)
        {
            var data = RandomNumberGenerator.GetBytes(random.Next(10) == 0 ? random.Next(0, 65_507) : random.Next(0, 1_472));
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            try
            {
                await client.SendAsync(data, SocketFlags.None, CancellationToken.None);
                var count = await client.ReceiveAsync(received, SocketFlags.None, patience.Token);
                Judge(data, received.AsSpan(0, count), Ending.Close, tally);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Lost; a late answer would be taken for the next one's.
                tally.CountCut();
                return;
            }
        }
    }

    private static async Task SendAsync(Socket client, byte[] data, Ending ending, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < data.Length;)
        {
            sent += await client.SendAsync(data.AsMemory(sent), SocketFlags.None, cancellationToken);
        }

        if (ending is Ending.HalfClose or Ending.ReadSlowly)
        {
            client.Shutdown(SocketShutdown.Send);
        }
    }

    private static void Judge(byte[] sent, ReadOnlySpan<byte> received, Ending ending, SoakTally tally)
    {
        var isPrefix = received.Length <= sent.Length && SHA256.HashData(received).AsSpan().SequenceEqual(SHA256.HashData(sent.AsSpan(0, received.Length)));
        if (!isPrefix || (ending != Ending.Reset && received.Length != sent.Length))
        {
            tally.CountWrong($"{ending}: {received.Length} bytes came of {sent.Length}{(isPrefix ? "" : ", and not those that were sent")}");
        }
        else if (received.Length == sent.Length)
        {
            tally.CountWhole(sent.Length);
        }
        else
        {
            tally.CountCut();
        }
    }
}
