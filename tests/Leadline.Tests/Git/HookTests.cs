using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Sources.Leadline;
using Leadline.Storage;
using Leadline.Tests.Api;
using Leadline.Tests.Cli;
using Xunit;

namespace Leadline.Tests.Git;

/// <summary>The hook that the README gives to git servers, as it stands there.</summary>
public sealed partial class HookTests
{
    [Fact]
    public async Task What_is_pushed_to_a_bare_repository_with_the_hook_is_in_the_store()
    {
        await using var server = await RunningServer.StartAsync();
        using var directory = new EmptyDirectory();
        using var repository = await MadeRepository.CreateAsync();
        await InstallAsync(directory, repository, server);
        var first = await repository.CommitAsync(
            1, "First\n\nwith \"quotes\", a \\ and a\ttab\nand Ümläute", "src/größe \"1\".txt");
        var second = await repository.CommitAsync(2.5, "Second", "b c.txt", committed: 3);
        Assert.Equal("", await PushAsync(repository, "main"));

        await repository.GitAsync("checkout", "-q", "-b", "feature/x");
        var third = await repository.CommitAsync(4, "On a branch");
        Assert.Equal("", await PushAsync(repository, "feature/x"));
        await repository.GitAsync("checkout", "-q", "main");
        await repository.GitAsync("tag", "v1");
        await repository.GitAtAsync(5, 5, "Ada", null, "merge", "-q", "--no-ff", "-m", "Merge", "feature/x");
        Assert.Equal("", await PushAsync(repository, "main", "v1"));
        Assert.Equal("", await PushAsync(repository, "--delete", "feature/x"));
        await server.SettleAsync();

        var map = await server.Store.ServiceMapAsync(Definitions.Default, default);
        var service = Assert.Single(map.Services);
        var graph = (await server.Store.FactsOfAsync(service, map, default)).Commits;
        Assert.Equal(4, graph.Count);
        Assert.Empty((await server.Store.DeliveriesAsync(new DeliveriesQuery(Outcome: "unreadable"), default)).Items);
        var commits = new Dictionary<string, CommitFact>();
        foreach (var told in (await server.Store.DeliveriesAsync(new DeliveriesQuery(), default)).Items)
        {
            var delivery = (await server.Store.DeliveryAsync(told.Id, default))!.Delivery;
            var facts = Assert.IsType<FactsReading>(new LeadlineReader().Read(delivery)).Facts;
            foreach (var commit in facts.Cast<CommitFact>()) commits[commit.Sha.ToString()] = commit;
        }

        Assert.Equal(4, commits.Count);
        Assert.Equal(MadeRepository.Day(2.5), commits[second].AuthoredAt);
        Assert.Equal(MadeRepository.Day(3), commits[second].CommittedAt);
        Assert.Equal([first], commits[second].Parents!.Value.Select(parent => parent.ToString()));
        Assert.Empty(commits[first].Parents!.Value);
        Assert.Equal(["src/größe \"1\".txt"], commits[first].Paths!.Value);
        Assert.Equal(["b c.txt"], commits[second].Paths!.Value);
        Assert.Equal("First\n\nwith \"quotes\", a \\ and a\ttab\nand Ümläute", commits[first].Message);
        var merge = Assert.Single(commits.Values, commit => commit.Parents!.Value.Length == 2);
        Assert.Equal([second, third], merge.Parents!.Value.Select(parent => parent.ToString()));
        Assert.All(commits.Values, commit => Assert.StartsWith("h_", commit.Author));
        Assert.Equal(["acme/shop"], commits.Values.Select(commit => commit.Repository.Value).Distinct());
    }

    [Fact]
    public async Task A_push_is_done_where_no_server_listens()
    {
        using var directory = new EmptyDirectory();
        using var repository = await MadeRepository.CreateAsync();
        await InstallAsync(directory, repository, null);
        var sha = await repository.CommitAsync(1);

        Assert.Contains("Leadline was not told of this push", await PushAsync(repository, "main"));
        Assert.Contains(sha, await repository.GitAsync("ls-remote", "origin"));
    }

    /// <summary>A bare repository with the hook, which the made one pushes to.</summary>
    static async Task InstallAsync(EmptyDirectory directory, MadeRepository repository, RunningServer? server)
    {
        var readme = await File.ReadAllTextAsync(
            Path.Combine(Shared.Repository, "src", "Leadline.Sources", "Leadline", "README.md"));
        var bare = directory.File("shop.git");
        await repository.GitAsync("init", "-q", "--bare", bare);
        await repository.GitAsync("remote", "add", "origin", bare);
        var hook = Path.Combine(bare, "hooks", "post-receive");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        var address = server?.Client.BaseAddress!.ToString().TrimEnd('/') ?? "http://127.0.0.1:1";
        await File.WriteAllTextAsync(
            hook,
            Hook().Match(readme).Groups[1].Value.Replace("http://127.0.0.1:8080", address)
                .Replace("--retry 3", server is null ? "" : "--retry 3"));
        Assert.Equal(0, (await Shell.RunAsync(bare, "chmod +x hooks/post-receive", [])).Code);
    }

    /// <summary>What the push prints of the hook.</summary>
    static async Task<string> PushAsync(MadeRepository repository, params string[] what)
    {
        var ended = await Shell.RunAsync(repository.Path, $"git push -q origin {string.Join(' ', what)}", []);
        Assert.True(ended.Code == 0, ended.Error);
        return ended.Error;
    }

    [GeneratedRegex(@"^```sh\n(#!/bin/sh\n.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Hook();
}
