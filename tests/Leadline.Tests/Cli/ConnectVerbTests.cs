using System.Text.Json;
using Leadline.Tests.Polling;
using Xunit;

namespace Leadline.Tests.Cli;

/// <summary><c>leadline connect</c>, as a script runs it.</summary>
public sealed class ConnectVerbTests
{
    const string Before = """
        # What counts at Acme.
        timezone: Europe/Berlin

        sources:
            # Ours since 2024.
            gitlab:
                secret: "${GITLAB_WEBHOOK_SECRET}"   # two while one replaces the other

            # Nothing below is about sources.
        services:
          shop: { repositories: [acme/shop] }

        """;

    static readonly Dictionary<string, string> Token = new() { ["GITHUB_TOKEN"] = "token one" };

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_may_be_read_is_connected_and_the_rest_of_the_file_stays_as_it_is()
    {
        await using var api = await PlayedApi.StartAsync(new GitHubWorld().Answer);
        using var folder = new EmptyDirectory();
        await File.WriteAllTextAsync(folder.File("leadline.yaml"), Before, Cancellation);
        var ended = await ConnectAsync(
            folder, Token, "--api", api.Address.ToString(), "--scopes", "acme/*", "--server", "https://leadline.acme.example",
            "--poll", "15m", "--json");
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(
            Before.Replace("replaces the other\n", $$"""
                replaces the other
                    github:
                        secret: "${GITHUB_WEBHOOK_SECRET}"
                        token: "${GITHUB_TOKEN}"
                        repositories: ["acme/*"]
                        api: "{{api.Address}}"
                        poll: 15m

                """),
            await File.ReadAllTextAsync(folder.File("leadline.yaml"), Cancellation));
        var told = JsonDocument.Parse(ended.Out).RootElement;
        Assert.Equal(
            "https://leadline.acme.example/api/v1/deliveries/github",
            told.GetProperty("webhook").GetProperty("address").GetString());
        Assert.Equal("GITHUB_WEBHOOK_SECRET", told.GetProperty("webhook").GetProperty("secret_variable").GetString());
        Assert.Contains("Deployment statuses", told.GetProperty("webhook").GetProperty("events").GetString());
        Assert.True(told.GetProperty("written").GetBoolean());
        Assert.DoesNotContain("token one", ended.Out + ended.Error);
        Assert.All(api.Tokens, shown => Assert.Equal("Bearer token one", shown));
    }

    [Fact]
    public async Task What_the_token_may_not_read_is_named_and_nothing_is_written()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        api.Fault = request =>
            request.Path.Value!.EndsWith("/deployments", StringComparison.Ordinal)
                || request.Path.Value.EndsWith("/runs", StringComparison.Ordinal)
                ? new Played(403, """{"message":"Resource not accessible"}""") : null;
        using var folder = new EmptyDirectory();
        var ended = await ConnectAsync(folder, Token, "--api", api.Address.ToString(), "--scopes", "acme/shop");
        Assert.Equal(1, ended.Code);
        Assert.Contains("scopes missing: Deployments (read), Actions (read); nothing was written", ended.Error);
        Assert.False(File.Exists(folder.File("leadline.yaml")));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_said_and_nothing_is_written()
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(401, "{}"));
        using var folder = new EmptyDirectory();
        var ended = await ConnectAsync(folder, Token, "--api", api.Address.ToString(), "--scopes", "acme/shop");
        Assert.Equal(1, ended.Code);
        Assert.Contains("refuses the token (401)", ended.Error);
        Assert.False(File.Exists(folder.File("leadline.yaml")));
    }

    [Theory]
    [InlineData("github", "/repos/acme/shoop/commits")]
    [InlineData("gitlab", "/projects/acme%2Fshoop/merge_requests")]
    public async Task A_name_that_is_nowhere_is_no_lack_of_rights(string source, string address)
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(404, "{}"));
        using var folder = new EmptyDirectory();
        var ended = await BuiltProgram.RunWithAsync(
            folder.Path, null, Token,
            ["connect", source, "--token-variable", "GITHUB_TOKEN", "--api", api.Address.ToString(), "--scopes", "acme/shoop"]);
        Assert.Equal(1, ended.Code);
        Assert.Contains(
            $"{address} is not found (404): the name is wrong, or the token may not see it; nothing was written", ended.Error);
        Assert.DoesNotContain("scopes missing", ended.Error);
    }

    [Fact]
    public async Task An_App_is_tested_and_written_and_its_key_is_not_shown()
    {
        await using var world = await GitHubAppTests.AppWorld.StartAsync(TimeProvider.System);
        using var folder = new EmptyDirectory();
        await File.WriteAllTextAsync(folder.File("key.pem"), world.Pem.Replace("\\n", "\n"), Cancellation);
        var ended = await ConnectAsync(
            folder, [], "--api", world.Api.Address.ToString(), "--scopes", "acme/shop", "--app", "7", "--app-key-file",
            "key.pem");
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Contains("github answers, and the App may read what is asked for", ended.Error);
        Assert.Equal(
            $$"""
            sources:
              github:
                secret: "${GITHUB_WEBHOOK_SECRET}"
                app: { id: "7", key_file: "key.pem" }
                repositories: ["acme/shop"]
                api: "{{world.Api.Address}}"

            """,
            await File.ReadAllTextAsync(folder.File("leadline.yaml"), Cancellation));
        Assert.DoesNotContain(world.Pem[60..100], ended.Out + ended.Error);

        // The key in a variable, as scripts have it; and what was written is asked with.
        var variable = new Dictionary<string, string> { ["GITHUB_APP_KEY"] = world.Pem };
        ended = await ConnectAsync(
            folder, variable, "--api", world.Api.Address.ToString(), "--scopes", "acme/shop", "--app", "7", "--app-installation",
            "11", "--replace");
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Contains(
            "    app: { id: \"7\", key: \"${GITHUB_APP_KEY}\", installation: \"11\" }\n",
            await File.ReadAllTextAsync(folder.File("leadline.yaml"), Cancellation));
        ended = await BuiltProgram.RunWithAsync(
            folder.Path, null, variable,
            ["backfill", "github", "--since", "2026-01-01", "--store", "duckdb:history.duckdb", "--json"]);
        Assert.True(ended.Code == 0, ended.Error);
        Assert.True(JsonDocument.Parse(ended.Out).RootElement[0].GetProperty("stored").GetInt64() > 40, ended.Out);
        ended = await BuiltProgram.RunWithAsync(
            folder.Path, null, [], ["backfill", "github", "--since", "2026-01-01", "--store", "duckdb:history.duckdb"]);
        Assert.Equal(2, ended.Code);
        Assert.Contains("sources.github.app.key: the environment variable GITHUB_APP_KEY is not set, or is empty", ended.Error);
    }

    [Fact]
    public async Task A_section_that_is_there_is_replaced_only_where_that_is_asked_for()
    {
        using var folder = new EmptyDirectory();
        await File.WriteAllTextAsync(
            folder.File("leadline.yaml"),
            "sources:\n  # The forge.\n  github:\n    secret: \"${OLD}\"\n    # of old\n    token: \"${OLDER}\"\n  # Who is "
                + "called.\n  pagerduty: { secret: \"${PD}\" }\n", Cancellation);
        var before = await File.ReadAllTextAsync(folder.File("leadline.yaml"), Cancellation);
        var refused = await ConnectAsync(folder, [], "--secret-variable", "NEW");
        Assert.Equal((2, before), (refused.Code, await File.ReadAllTextAsync(folder.File("leadline.yaml"), Cancellation)));
        Assert.Contains(
            "leadline.yaml has sources.github already, in line 3: nothing was changed; --replace writes it anew", refused.Error);

        var replaced = await ConnectAsync(folder, [], "--secret-variable", "NEW", "--replace");
        Assert.True(replaced.Code == 0, replaced.Error);
        Assert.Equal(
            "sources:\n  # The forge.\n  github:\n    secret: \"${NEW}\"\n  # Who is called.\n  pagerduty: { secret: "
                + "\"${PD}\" }\n", await File.ReadAllTextAsync(folder.File("leadline.yaml"), Cancellation));
    }

    [Theory]
    [InlineData(null, "sources:\n  github:\n    secret: \"${GITHUB_WEBHOOK_SECRET}\"\n")]
    [InlineData("timezone: UTC", "timezone: UTC\n\nsources:\n  github:\n    secret: \"${GITHUB_WEBHOOK_SECRET}\"\n")]
    [InlineData("sources:\ntimezone: UTC\n", "sources:\n  github:\n    secret: \"${GITHUB_WEBHOOK_SECRET}\"\ntimezone: UTC\n")]
    [InlineData(
        "sources:\r\n  git: { repositories: [a/b] }\r\n",
        "sources:\r\n  git: { repositories: [a/b] }\r\n  github:\r\n    secret: \"${GITHUB_WEBHOOK_SECRET}\"\r\n")]
    public async Task Whatever_the_file_is_like_the_section_is_added(string? before, string after)
    {
        using var folder = new EmptyDirectory();
        if (before is not null) await File.WriteAllTextAsync(folder.File("leadline.yaml"), before, Cancellation);
        var ended = await ConnectAsync(folder, []);
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(after, await File.ReadAllTextAsync(folder.File("leadline.yaml"), Cancellation));
        Assert.Contains("make one: export GITHUB_WEBHOOK_SECRET=$(openssl rand -hex 32)", ended.Out);
    }

    [Theory]
    [InlineData("there is no source 'gitub'; did you mean \"github\"?", "gitub")]
    [InlineData("--token-variable takes the name of an environment variable", "github", "--token-variable", "ghp_a-b")]
    [InlineData("which projects are asked for? name them with --scopes", "gitlab", "--token-variable", "GITLAB_TOKEN")]
    [InlineData("where is jira? write the address of its API with --api", "jira", "--token-variable", "JIRA_TOKEN")]
    [InlineData(
        "the environment variable LEADLINE_TESTS_UNSET is not set", "github", "--token-variable", "LEADLINE_TESTS_UNSET",
        "--scopes", "acme/shop")]
    [InlineData(
        "either a token or an App: leave out --token-variable or --app", "github", "--app", "7", "--token-variable", "T",
        "--scopes", "acme/shop")]
    [InlineData("which App is it? write its id with --app", "github", "--app-key-file", "key.pem", "--scopes", "acme/shop")]
    [InlineData("there is no file ", "github", "--app", "7", "--app-key-file", "key.pem", "--scopes", "acme/shop")]
    [InlineData(
        "the environment variable GITHUB_APP_KEY is not set: set it to the App's private key", "github", "--app", "7",
        "--scopes", "acme/shop")]
    [InlineData("gitlab has no Apps: leave out --app", "gitlab", "--app", "7")]
    [InlineData("the API of datadog is not asked", "datadog", "--poll", "1h")]
    [InlineData("--server 'leadline' is no address", "github", "--server", "leadline")]
    [InlineData("'often' is no span", "pagerduty", "--poll", "often")]
    public async Task What_cannot_be_connected_is_refused_and_nothing_is_written(string sentence, params string[] arguments)
    {
        using var folder = new EmptyDirectory();
        var ended = await BuiltProgram.RunInAsync(folder.Path, null, ["connect", .. arguments]);
        Assert.Equal(2, ended.Code);
        Assert.Contains(sentence, ended.Error);
        Assert.False(File.Exists(folder.File("leadline.yaml")));
    }

    [Fact]
    public async Task A_file_whose_sources_are_in_braces_is_left_as_it_is()
    {
        using var folder = new EmptyDirectory();
        await File.WriteAllTextAsync(folder.File("leadline.yaml"), "sources: { gitlab: { secret: \"${A}\" } }\n", Cancellation);
        var ended = await ConnectAsync(folder, []);
        Assert.Equal(2, ended.Code);
        Assert.Contains("its sources are written in braces", ended.Error);
    }

    static Task<BuiltProgram.Ended> ConnectAsync(
        EmptyDirectory folder, Dictionary<string, string> environment, params string[] arguments) =>
        BuiltProgram.RunWithAsync(folder.Path, null, environment, ["connect", "github", .. arguments]);
}
