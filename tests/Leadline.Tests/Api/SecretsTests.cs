using System.Net;
using System.Security.Cryptography;
using System.Text;
using Leadline.Settings;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>Secrets that stand in files, and that no secret is ever said.</summary>
public sealed class SecretsTests
{
    const string Ping = """{"zen":"Keep it logically awesome."}""";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_read_for_each_delivery_so_that_another_secret_is_taken_at_once()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "github");
        await File.WriteAllTextAsync(file, "first\n", Cancellation);
        await using var server = await StartAsync(file);
        Assert.Equal((202, 401), (await SendAsync(server, "first"), await SendAsync(server, "second")));

        // While senders change over, both stand there.
        await File.WriteAllTextAsync(file, "first\r\n second \n\n", Cancellation);
        Assert.Equal((202, 202), (await SendAsync(server, "first"), await SendAsync(server, "second")));
        await File.WriteAllTextAsync(file, "second", Cancellation);
        Assert.Equal((401, 202), (await SendAsync(server, "first"), await SendAsync(server, "second")));
    }

    [Fact]
    public async Task A_link_that_is_turned_to_another_folder_is_followed()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "first", "second" })
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, name));
            await File.WriteAllTextAsync(Path.Combine(folder.Path, name, "github"), name, Cancellation);
        }

        // As Kubernetes mounts a secret: the file is a link into a folder that is a link, and that one is replaced.
        var data = Path.Combine(folder.Path, "..data");
        Directory.CreateSymbolicLink(data, "first");
        var file = Path.Combine(folder.Path, "github");
        File.CreateSymbolicLink(file, Path.Combine("..data", "github"));
        await using var server = await StartAsync(file);
        Assert.Equal((202, 401), (await SendAsync(server, "first"), await SendAsync(server, "second")));

        Directory.CreateSymbolicLink(data + ".new", "second");
        Directory.Delete(data);
        Directory.Move(data + ".new", data);
        Assert.Equal((401, 202), (await SendAsync(server, "first"), await SendAsync(server, "second")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n\n")]
    public async Task Nobody_is_let_in_while_the_file_cannot_be_read_and_who_sends_is_told_to_try_again(string? content)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "github");
        if (content is not null) await File.WriteAllTextAsync(file, content, Cancellation);
        await using var server = await StartAsync(file);
        foreach (var secret in new[] { "", "first" })
        {
            var answer = await server.PostAsync("/api/v1/deliveries/github", Ping, Signed(secret));
            Assert.Equal(
                (HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)),
                (answer.StatusCode, answer.Headers.RetryAfter!.Delta));
        }

        await File.WriteAllTextAsync(file, "first", Cancellation);
        Assert.Equal((202, 401), (await SendAsync(server, "first"), await SendAsync(server, "")));
    }

    [Fact]
    public async Task A_file_that_is_not_there_when_the_server_starts_is_said_with_its_place()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "leadline.yaml");
        await File.WriteAllTextAsync(file, "sources:\n  github: { secret_file: [one, \"${FOLDER}/two\"] }\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "two"), "a secret", Cancellation);
        var error = Assert.Throws<SettingsException>(() => SettingsFile.Load(file, _ => folder.Path));
        Assert.Equal(
            [
                $"leadline.yaml:2:27 sources.github.secret_file: there is no file {Path.Combine(folder.Path, "one")} to read "
                    + "the secret from",
            ], error.Errors);

        await File.WriteAllTextAsync(Path.Combine(folder.Path, "one"), "another", Cancellation);
        var settings = SettingsFile.Load(file, _ => folder.Path);
        Assert.Equal(["another", "a secret"], SourceSecrets.Of(settings, "github").Values.Select(Encoding.UTF8.GetString));

        // The definitions need no secret.
        File.Delete(Path.Combine(folder.Path, "one"));
        _ = SettingsFile.LoadWithoutSecrets(file, _ => folder.Path);
    }

    [Theory]
    [InlineData("sources: hunter2-secret")]
    [InlineData("sources: { github: hunter2-secret }")]
    [InlineData("sources: { github: { secret: { hunter2-secret: hunter2-secret } } }")]
    [InlineData("sources: { github: { secret: [[hunter2-secret]] } }")]
    [InlineData("sources: { github: { secret: *hunter2-secret } }")]
    [InlineData("sources: { gitub: { secret: hunter2-secret } }")]
    public void What_is_wrong_with_the_settings_is_said_without_the_secret(string yaml) =>
        Assert.DoesNotContain(
            "hunter2-secret",
            Assert.Throws<SettingsException>(() => SettingsFile.Parse(yaml, "leadline.yaml", _ => null)).Message);

    [Fact]
    public async Task No_answer_of_the_server_holds_a_secret()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "gitlab");
        await File.WriteAllTextAsync(file, "hunter2-of-the-file", Cancellation);
        var settings = SettingsFile.Parse(
            $"sources: {{ github: {{ secret: hunter2-of-the-settings }}, gitlab: {{ secret_file: {file} }} }}", "leadline.yaml",
            _ => null);
        await using var server = await RunningServer.StartAsync(made: settings);
        var said = new StringBuilder();
        foreach (var secret in new[] { "hunter2-of-the-settings", "wrong" })
            said.Append(await TextAsync(await server.PostAsync("/api/v1/deliveries/github", Ping, Signed(secret))));
        foreach (var secret in new[] { "hunter2-of-the-file", "hunter2-of-the-file " })
        {
            said.Append(await TextAsync(await server.PostAsync(
                "/api/v1/deliveries/gitlab", """{"object_kind":"wiki_page"}""", ("X-Gitlab-Token", secret),
                ("Authorization", "Bearer " + secret), ("X-Gitlab-Event", "Wiki Page Hook"))));
        }

        Assert.Equal(2, (await server.Store.HealthAsync(Cancellation)).Deliveries);
        await server.SettleAsync();
        foreach (var path in new[] { "sources", "definitions", "deliveries", "deliveries/1", "deliveries/2", "services" })
            said.Append(await server.Client.GetStringAsync("/api/v1/" + path, Cancellation));
        foreach (var path in new[] { "/metrics", "/deliveries/1", "/deliveries/2", "/openapi/v1.json", "/" })
            said.Append(await server.Client.GetStringAsync(path, Cancellation));
        Assert.Contains("the signature does not fit", said.ToString());
        Assert.DoesNotContain("hunter2", said.ToString());
    }

    static Task<RunningServer> StartAsync(string file) =>
        RunningServer.StartAsync($"sources: {{ github: {{ secret_file: {file} }} }}");

    static async Task<int> SendAsync(RunningServer server, string secret)
    {
        var answer = await server.PostAsync(
            "/api/v1/deliveries/github", Ping,
            [.. Signed(secret), ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", Guid.NewGuid().ToString())]);
        return (int)answer.StatusCode;
    }

    static (string, string)[] Signed(string secret) =>
        [
            ("X-Hub-Signature-256", "sha256="
                + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Ping)))),
        ];

    static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Cancellation);
}
