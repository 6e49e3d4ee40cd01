using Leadline.Storage;
using Xunit;

namespace Leadline.Tests.Storage;

public sealed class OpeningTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_store_in_memory_is_its_own()
    {
        await using var one = await Store.OpenAsync(TestStore.New, Cancellation);
        await using var other = await Store.OpenAsync(TestStore.New, Cancellation);
        await one.AppendAsync([Made.Delivery("a")], Cancellation);
        Assert.Empty(await other.UnreadAsync(10, Cancellation));
        Assert.NotEqual(await one.SaltAsync(Cancellation), await other.SaltAsync(Cancellation));
    }

    [Theory]
    [InlineData("file.db")]
    [InlineData("duckdb:")]
    [InlineData("postgres:localhost")]
    public async Task What_is_no_address_is_refused_in_a_sentence(string address)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(() => Store.OpenAsync(address, Cancellation));
        Assert.Contains("duckdb:FILE", refused.Message);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "notes.txt");
        await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("not a database\n", 1000)), Cancellation);
        var refused = await Assert.ThrowsAsync<StoreException>(() => Store.OpenAsync("duckdb:" + file, Cancellation));
        Assert.Contains(file, refused.Message);
        Assert.StartsWith("not a database", await File.ReadAllTextAsync(file, Cancellation));
    }

    [Fact]
    public async Task Salt_version_and_rows_outlive_the_process()
    {
        using var folder = new TemporaryFolder();
        var address = "duckdb:" + Path.Combine(folder.Path, "store.duckdb");
        byte[] salt;
        long version;
        await using (var store = await Store.OpenAsync(address, Cancellation))
        {
            salt = await store.SaltAsync(Cancellation);
            Assert.Equal(32, salt.Length);
            await store.JudgeAsync([Made.Row("d1", "2026-01-01T00:00:00Z")], [], [], Cancellation);
            version = (await store.DataVersionAsync(Cancellation));
        }

        await using (var store = await Store.OpenAsync(address, Cancellation))
        {
            Assert.Equal(salt, await store.SaltAsync(Cancellation));
            Assert.Equal(version, (await store.DataVersionAsync(Cancellation)));
            Assert.NotNull(await store.DeploymentAsync("d1", Cancellation));
            await store.JudgeAsync([], [], [], Cancellation);
            Assert.True((await store.DataVersionAsync(Cancellation)) > version);
        }
    }

    [Fact]
    public async Task A_closed_store_refuses_at_once_and_may_be_closed_again()
    {
        var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.DisposeAsync();
        await store.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => store.AppendAsync([Made.Delivery("a")], Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => store.RewindAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.HealthAsync(Cancellation));
    }

    [Fact]
    public async Task A_question_that_nobody_waits_for_any_more_is_stopped()
    {
        await using var database = DuckDb.Open(":memory:");
        using var source = new CancellationTokenSource();

        // Years of computing, so that only an interruption ends it.
        const string Years = "select count(*) from range(1000000000) a(x), range(1000000000) b(y) where x * y % 7 = 3";
        Task<object?>[] questions = [database.ReadAsync(Answer, source.Token), database.WriteAsync(Answer, source.Token)];
        source.CancelAfter(TimeSpan.FromMilliseconds(300));
        foreach (var question in questions)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => question.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));

        object? Answer(System.Data.Common.DbConnection connection)
        {
            using var command = database.Command(connection, Years);
            return command.ExecuteScalar();
        }
    }

    [Fact]
    public async Task Definitions_are_kept_once_until_they_change()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var day = Made.Instant("2026-01-01T00:00:00Z");
        Assert.True(await store.KeepDefinitionsAsync("sha256:a", "one", day, Cancellation));
        Assert.False(await store.KeepDefinitionsAsync("sha256:a", "one", day.AddDays(1), Cancellation));
        Assert.True(await store.KeepDefinitionsAsync("sha256:b", "two", day.AddDays(2), Cancellation));
        Assert.True(await store.KeepDefinitionsAsync("sha256:a", "one", day.AddDays(3), Cancellation));
        Assert.Equal(
            [("sha256:a", day.AddDays(3)), ("sha256:b", day.AddDays(2)), ("sha256:a", day)],
            (await store.DefinitionsHistoryAsync(Cancellation)).Select(version => (version.Hash, version.InForceFrom)));
    }

    [Fact]
    public async Task A_token_is_kept_by_name_until_it_is_removed()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var day = Made.Instant("2026-01-01T00:00:00Z");
        await store.AddTokenAsync("ci", "ingest", [1, 2, 3], day, Cancellation);
        var refused = await Assert.ThrowsAsync<StoreException>(() => store.AddTokenAsync("ci", "read", [4], day, Cancellation));
        Assert.Contains("ci", refused.Message);
        var token = Assert.Single(await store.TokensAsync(Cancellation));
        Assert.Equal(("ci", "ingest", day), (token.Name, token.Scope, token.CreatedAt));
        Assert.Equal([1, 2, 3], token.Hash);
        Assert.True(await store.RemoveTokenAsync("ci", Cancellation));
        Assert.False(await store.RemoveTokenAsync("ci", Cancellation));
    }
}
