using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Leadline.Core;

namespace Leadline.Storage;

/// <summary>Ids of names: the same on every engine and machine, with no sequence to ask.</summary>
static class Key
{
    static readonly ConcurrentDictionary<RepositoryName, long> Repositories = new();

    public static long Of(RepositoryName repository) => Repositories.GetOrAdd(repository, static name => Of(name.Value));

    /// <summary>
    /// The first 8 bytes of the name's SHA-256; two of a million names share one with a probability of 3 in 100 million.
    /// </summary>
    public static long Of(string name)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}
