using Xunit;

namespace Leadline.Tests.Storage;

sealed partial class PostgresCluster
{
    // It does without waiting for the disk: what is tested is not the disk.
    static readonly string[] Settings = ["fsync=off", "max_connections=300", "shared_buffers=256MB"];

    static readonly Lazy<PostgresCluster?> Shared = new(() => Start(Settings));

    /// <summary>The one that all tests of a run share, each with a schema of its own.</summary>
    public static PostgresCluster Started => Shared.Value ?? Missing();

    /// <summary>Another one, for tests that stop it.</summary>
    public static PostgresCluster StartAnother() => Start(Settings) ?? Missing();

    static PostgresCluster Missing()
    {
        Assert.Skip("PostgreSQL 15 or later is missing: install Debian's package postgresql");
        throw new InvalidOperationException();
    }
}
