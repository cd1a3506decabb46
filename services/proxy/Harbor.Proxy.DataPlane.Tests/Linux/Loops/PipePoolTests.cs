using Harbor.Proxy.DataPlane.Admission;
using Harbor.Proxy.DataPlane.Linux.Loops;

namespace Harbor.Proxy.DataPlane.Tests.Linux.Loops;

public sealed class PipePoolTests : IDisposable
{
    private readonly SharedLimit _descriptors = new(4);
    private readonly PipePool _pool;

    public PipePoolTests() => _pool = new PipePool(_descriptors);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void TryRent_AfterAReturn_GivesTheSamePipe()
    {
        var pipe = Rent();
        _pool.Return(pipe);

        Rent().ShouldBeSameAs(pipe);
        _descriptors.Used.ShouldBe(2);
        _pool.Return(pipe);
    }

    [Fact]
    public void TryRent_WithoutDescriptorsLeft_GivesNone()
    {
        var (first, second) = (Rent(), Rent());

        _pool.TryRent().ShouldBeNull();

        _pool.Return(first);
        _pool.Return(second);
    }

    [Fact]
    public void CloseFree_GivesBackTheDescriptorsOfPipesThatAreNotOut()
    {
        var (kept, free) = (Rent(), Rent());
        _pool.Return(free);

        _pool.CloseFree();

        _descriptors.Used.ShouldBe(2);
        _pool.Return(kept);
        _pool.CloseFree();
        _descriptors.Used.ShouldBe(0);
    }

    private SplicePipe Rent() => _pool.TryRent().ShouldNotBeNull();
}
