namespace Leadline.Tests.Storage;

/// <summary>
/// The engine that the tests of this run use: DuckDB, or PostgreSQL where LEADLINE_TEST_ENGINE says <c>postgresql</c>.
/// <c>./build</c> runs them on both.
/// </summary>
static class TestStore
{
    public static bool IsPostgres => Environment.GetEnvironmentVariable("LEADLINE_TEST_ENGINE") == "postgresql";

    /// <summary>The address of a store that is empty and nobody else's.</summary>
    public static string New => IsPostgres ? PostgresCluster.Started.NewStore() : "duckdb::memory:";
}
