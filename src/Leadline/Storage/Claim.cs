using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Storage;

/// <summary>Work that is this server's until disposed.</summary>
/// <param name="held">The keys of what was claimed; what others have is not among them.</param>
sealed class Claim(ImmutableHashSet<long> held, Func<ValueTask> release) : IAsyncDisposable
{
    public bool Holds(long key) => held.Contains(key);

    public bool Holds(ServiceName service) => Holds(Key.Of(service.Value));

    public ValueTask DisposeAsync() => release();
}
