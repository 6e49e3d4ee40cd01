using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Sources.GitHub;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>Every recorded body of GitHub's, as its vendor and public projects published it.</summary>
public sealed class GitHubPayloadsTests
{
    static readonly SourceReader Reader = new GitHubReader();

    [Fact]
    public void Reads_or_ignores_every_recorded_body()
    {
        var outcomes = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Shared.Find("payloads", "github"), "*.json").Order(StringComparer.Ordinal))
        {
            foreach (var body in new[] { File.ReadAllBytes(file), Scrubbed(File.ReadAllBytes(file)) })
            {
                var reading = Reader.Read(Delivery(file, body));
                Assert.IsNotType<UnreadableReading>(reading);
                outcomes.Add(reading is FactsReading ? "facts" : "ignored");
            }
        }

        Assert.Contains("facts", outcomes);
        Assert.Contains("ignored", outcomes);
    }

    [Fact]
    public void A_scrubbed_body_states_the_same_but_for_people()
    {
        foreach (var file in Directory.EnumerateFiles(Shared.Find("payloads", "github"), "push-*.json"))
        {
            var (plain, scrubbed) = (Reader.Read(Delivery(file, File.ReadAllBytes(file))), Reader.Read(Delivery(file, Scrubbed(File.ReadAllBytes(file)))));
            Assert.Equal((plain as FactsReading)?.Facts.OfType<CommitFact>().Select(commit => commit.Sha) ?? [], (scrubbed as FactsReading)?.Facts.OfType<CommitFact>().Select(commit => commit.Sha) ?? []);
        }
    }

    [Theory]
    [InlineData("pull_request-2.json")]
    [InlineData("pull_request-10.json")]
    public void A_change_that_was_closed_unmerged_has_no_merge_sha(string file)
    {
        var change = Assert.IsType<ChangeFact>(Assert.Single(Facts(file)));
        Assert.Null(change.MergeSha);
        Assert.Null(change.MergedAt);
        Assert.NotNull(change.ClosedAt);
    }

    [Fact]
    public void A_superseded_deployment_neither_failed_nor_finished()
    {
        var inactive = """
            {"deployment_status":{"state":"inactive","created_at":"2026-03-02T10:00:00Z"},
             "deployment":{"id":7,"sha":"0123456789abcdef0123456789abcdef01234567","ref":"main","environment":"production","created_at":"2026-03-01T10:00:00Z"},
             "repository":{"full_name":"acme/shop"}}
            """;
        var fact = Assert.IsType<DeploymentFact>(Assert.Single(((FactsReading)Reader.Read(Delivery("deployment_status-1.json", Encoding.UTF8.GetBytes(inactive)))).Facts));
        Assert.Equal(DeploymentStatus.Superseded, fact.Status);
        Assert.Null(fact.FinishedAt);
    }

    [Fact]
    public void Only_the_secrets_holder_is_trusted()
    {
        var body = "{}"u8.ToArray();
        var secret = "a secret of Acme"u8.ToArray();
        var signature = "sha256=" + Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(secret, body));
        Delivery Signed(string value) => new() { Source = "github", Headers = Core.Delivery.NoHeaders.Add("x-hub-signature-256", value), Body = body, ReceivedAt = default };
        Assert.True(Reader.IsAuthentic(Signed(signature), secret));
        Assert.False(Reader.IsAuthentic(Signed(signature), "another"u8));
        Assert.False(Reader.IsAuthentic(Signed(signature[..^1] + (signature[^1] == '0' ? '1' : '0')), secret));
        Assert.False(Reader.IsAuthentic(Signed("sha256="), secret));
        Assert.False(Reader.IsAuthentic(Signed("sha256=zz"), secret));
        Assert.False(Reader.IsAuthentic(new Delivery { Source = "github", Headers = Core.Delivery.NoHeaders, Body = body, ReceivedAt = default }, secret));
    }

    /// <summary>Whatever a body holds, a reader answers or throws what the host takes for unreadable: never anything else.</summary>
    [Fact]
    public void Survives_mutilated_bodies()
    {
        var random = new Random(20260101);
        var files = Directory.EnumerateFiles(Shared.Find("payloads", "github"), "*.json").Order(StringComparer.Ordinal).ToList();
        var rounds = Environment.GetEnvironmentVariable("LEADLINE_SLOW") is null ? 3000 : 200_000;
        for (var round = 0; round < rounds; round++)
        {
            var file = files[random.Next(files.Count)];
            var body = File.ReadAllBytes(file);
            if (random.Next(3) == 0) body = body[..random.Next(body.Length)];
            for (var hits = random.Next(6); hits > 0 && body.Length > 0; hits--) body[random.Next(body.Length)] = (byte)random.Next(256);
            try
            {
                _ = Reader.Read(Delivery(file, Scrubbed(body)));
            }
            catch (Exception error) when (error is JsonException or FormatException or ArgumentException or InvalidOperationException)
            {
                // The host counts these as unreadable.
            }
        }
    }

    internal static ReadOnlyMemory<byte> Scrubbed(byte[] body) => new Scrub(new byte[32]).Apply(body, Reader.Personal);

    static IEnumerable<Fact> Facts(string file) =>
        ((FactsReading)Reader.Read(Delivery(file, File.ReadAllBytes(Shared.Find("payloads", "github", file))))).Facts;

    static Delivery Delivery(string file, ReadOnlyMemory<byte> body) => new()
    {
        Source = "github",
        Headers = Core.Delivery.NoHeaders.Add("X-GitHub-Event", Path.GetFileName(file).Split('-')[0]),
        Body = body,
        ReceivedAt = DateTimeOffset.UnixEpoch,
    };
}
