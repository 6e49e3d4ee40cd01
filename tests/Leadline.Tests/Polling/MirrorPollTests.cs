using System.Text;
using Leadline.Core;
using Leadline.Git;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Tests.Git;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>Mirrors of git repositories, over <c>file://</c> and HTTP, and the commits that are read of them.</summary>
public sealed class MirrorPollTests
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly byte[] Salt = new byte[32];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cli", false)]
    [InlineData("cli", true)]
    [InlineData("aspire", false)]
    [InlineData("aspire", true)]
    [InlineData("devlake", false)]
    [InlineData("devlake", true)]
    public async Task A_real_repository_is_mirrored_whole(string name, bool overHttp)
    {
        var bundle = Shared.Find("repos", name + ".bundle");
        using var folder = new TemporaryFolder();
        await GitAsync(
            folder.Path, $"git clone -q --mirror {bundle} {name}.git && git -C {name}.git config uploadpack.allowFilter true");
        await using var host = await GitHost.StartAsync(folder.Path);
        var url = $"{(overHttp ? host.Address : "file://" + folder.Path)}/{name}.git";
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        Assert.Empty((await RunAsync(store, folder, $"acme/{name}={url}")).Missing);
        var commits = (await FactsAsync(store, folder)).OfType<CommitFact>().ToList();
        Assert.Equal(
            await GitAsync(folder.Path, $"git -C {name}.git rev-list --count --branches --tags"),
            $"{commits.DistinctBy(commit => commit.Sha).Count()}");
        Assert.Equal(
            await GitAsync(folder.Path, $"git -C {name}.git rev-list --parents --branches --tags | wc -w"),
            $"{commits.Count + commits.Sum(commit => commit.Parents!.Value.Length)}");
        Assert.Contains(commits, commit => commit.Paths is { Length: > 0 });
        Assert.Equal(0, (await RunAsync(store, folder, $"acme/{name}={url}")).Stored);
    }

    [Fact]
    public async Task A_forced_push_and_a_deleted_tag_are_followed_over_HTTP_with_a_token()
    {
        using var folder = new TemporaryFolder();
        await GitAsync(folder.Path, """
            git init -q --bare -b main shop.git && git -C shop.git config uploadpack.allowFilter true
            git init -q -b main work && cd work && git config user.name 'Ada Example' && git config user.email ada@acme.example
            mkdir src && echo 1 > src/a.txt && git add . && git commit -q -m 'First, by @ada'
            echo 2 > src/b.txt && git add . && git commit -q -m Second && git tag -a -m one v1 && git tag v2
            git push -q ../shop.git main v1 v2
            """);
        await using var host = await GitHost.StartAsync(folder.Path);
        host.Wanted = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("x-access-token:token one"));
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var url = $"acme/shop={host.Address}/shop.git";

        var refused = Assert.Single((await RunAsync(store, folder, url, token: "another")).Missing);
        Assert.DoesNotContain("another", refused.Sentence);
        Assert.Empty((await RunAsync(store, folder, url, token: "token one")).Missing);
        Assert.Equal(2, (await CommitsAsync(store, folder)).Count);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Mirrors(folder), "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains(host.Wanted[6..], StringComparison.Ordinal));

        // No contents came along.
        var mirror = Directory.EnumerateDirectories(Mirrors(folder)).Single();
        Assert.NotEmpty(await GitAsync(mirror, "git rev-list --objects --all --missing=print | grep '^?'"));

        await GitAsync(folder.Path, """
            cd work && git reset -q --hard HEAD~1 && echo 3 > c.txt && git add . && git commit -q -m 'Instead of the second'
            git tag -f v2 && git push -q -f ../shop.git main v2 && git push -q ../shop.git :refs/tags/v1
            """);
        Assert.Equal(1, (await RunAsync(store, folder, url, token: "token one")).Stored);
        var facts = await FactsAsync(store, folder);
        Assert.Equal(3, facts.OfType<CommitFact>().Select(commit => commit.Sha).Distinct().Count());
        Assert.Equal(
            [["c.txt"], ["src/a.txt"], ["src/b.txt"]],
            facts.OfType<CommitFact>().Select(commit => commit.Paths!.Value.ToArray()).OrderBy(paths => paths[0]));
        Assert.All(facts.OfType<CommitFact>(), commit => Assert.StartsWith("h_", commit.Author));
        Assert.DoesNotContain(facts.OfType<CommitFact>(), commit => commit.Message!.Contains("@ada", StringComparison.Ordinal));
        Assert.Equal(
            [("v1", true), ("v1", false), ("v2", true), ("v2", true)],
            facts.OfType<ArtifactFact>().OrderBy(tag => tag.Name).ThenBy(tag => tag.AsOf)
                .Select(tag => (tag.Name, tag.Sha is not null)));

        // What was there before the forced push can be read again.
        await store.RewindAsync(Cancellation);
        await new Readings(store, Definitions.Default, NullLogger.Instance, sources: Sources(folder))
            .DrainAsync(null, Cancellation);
        Assert.Equal(0, (await store.HealthAsync(Cancellation)).Unreadable);
    }

    [Fact]
    public async Task What_is_no_repository_is_named_and_the_others_are_fetched()
    {
        using var folder = new TemporaryFolder();
        await GitAsync(
            folder.Path,
            "git init -q -b main shop && cd shop && git -c user.name=a -c user.email=a@acme.example commit -q --allow-empty "
                + "-m First");
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var reader = new MirrorReader(Mirrors(folder), Salt);
        var poll = new MirrorPoll(store, new Intake(Salt), reader, Mirrors(folder), null, new FakeTimeProvider(Now));
        var summary = await poll.RunAsync(
            [
                .. ((string[])[
                    $"{folder.Path}/nowhere", "ext::sh -c touch% pwned", "--upload-pack=touch pwned", $"{folder.Path}/shop",
                ]).Select(MirroredRepository.Parse),
            ], null, Cancellation);
        Assert.Equal((1, 3), (summary.Done, summary.Missing.Length));
        Assert.Single(await CommitsAsync(store, folder));
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "pwned", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("https://github.example/acme/shop.git", "acme/shop")]
    [InlineData("git@github.example:acme/shop.git", "acme/shop")]
    [InlineData("/srv/git/shop.git", "shop")]
    [InlineData("file:///srv/git/shop", "shop")]
    [InlineData("acme/shop=/srv/git/other.git", "acme/shop")]
    public void A_repository_is_named_by_its_address_or_as_it_is_written(string text, string name) =>
        Assert.Equal(name, MirroredRepository.Parse(text).Name);

    static Task<PollSummary> RunAsync(Store store, TemporaryFolder folder, string url, string? token = null) =>
        new MirrorPoll(
            store, new Intake(Salt), new MirrorReader(Mirrors(folder), Salt), Mirrors(folder), token,
            new FakeTimeProvider(Now)).RunAsync([MirroredRepository.Parse(url)], null, Cancellation);

    static string Mirrors(TemporaryFolder folder) => Path.Combine(folder.Path, "mirrors");

    static KnownSources Sources(TemporaryFolder folder) => KnownSources.OfCatalogue.And(new MirrorReader(Mirrors(folder), Salt));

    static async Task<List<Fact>> FactsAsync(Store store, TemporaryFolder folder)
    {
        var facts = new List<Fact>();
        foreach (var stored in await GitHubWorld.StoredAsync(store))
            facts.AddRange(
                Assert.IsType<FactsReading>(Readings.Read(stored, NullLogger.Instance, Sources(folder)).Reading).Facts);
        return facts;
    }

    static async Task<HashSet<Sha>> CommitsAsync(Store store, TemporaryFolder folder) =>
        [.. (await FactsAsync(store, folder)).OfType<CommitFact>().Select(commit => commit.Sha)];

    static async Task<string> GitAsync(string folder, string script)
    {
        var ended = await Shell.RunAsync(
            folder, "set -e\n" + script,
            [
                ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_DATE", "2026-02-01T00:00:00Z"),
                ("GIT_COMMITTER_DATE", "2026-02-01T00:00:00Z"),
            ]);
        Assert.True(ended.Code == 0, ended.Error);
        return ended.Out.Trim();
    }
}
