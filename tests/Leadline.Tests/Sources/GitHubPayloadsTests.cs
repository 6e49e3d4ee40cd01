using System.Security.Cryptography;
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
            var body = File.ReadAllBytes(file);
            Assert.Equal(ShasOf(Reader.Read(Delivery(file, body))), ShasOf(Reader.Read(Delivery(file, Scrubbed(body)))));
        }

        static IEnumerable<Sha> ShasOf(Reading reading) =>
            (reading as FactsReading)?.Facts.OfType<CommitFact>().Select(commit => commit.Sha) ?? [];
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
    public void Only_the_secrets_holder_is_trusted()
    {
        var body = "{}"u8.ToArray();
        var secret = "a secret of Acme"u8.ToArray();
        var signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, body));
        Assert.True(Reader.IsAuthentic(Signed(signature), secret));
        Assert.False(Reader.IsAuthentic(Signed(signature), "another"u8));
        Assert.False(Reader.IsAuthentic(Signed(signature[..^1] + (signature[^1] == '0' ? '1' : '0')), secret));
        Assert.False(Reader.IsAuthentic(Signed("sha256="), secret));
        Assert.False(Reader.IsAuthentic(Signed("sha256=zz"), secret));

        Delivery Signed(string value) => new()
        {
            Source = "github",
            Headers = Core.Delivery.NoHeaders.Add("x-hub-signature-256", value),
            Body = body,
            ReceivedAt = default,
        };
    }

    static ReadOnlyMemory<byte> Scrubbed(byte[] body) => new Scrub(new byte[32]).Apply(body, Reader.Personal);

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
