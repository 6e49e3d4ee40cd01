using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>What readers share: times, names in addresses and images, and proofs of the sender.</summary>
public sealed class SourceFormatsTests
{
    static readonly DateTimeOffset Moment = new(2026, 1, 2, 18, 54, 25, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-01-02T18:54:25Z")]
    [InlineData("2026-01-02T18:54:25")]
    [InlineData("2026-01-02 18:54:25")]
    [InlineData("2026-01-02T18:54:25.000Z")]
    [InlineData("2026-01-02T18:54:25.000000000Z")]
    [InlineData("2026-01-02T19:54:25+01:00")]
    [InlineData("2026-01-02T19:54:25.000+0100")]
    [InlineData("2026-01-02T13:54:25.000-0500")]
    [InlineData("1767380065")]
    [InlineData("1767380065.0")]
    [InlineData("1767380065000")]
    [InlineData("1767380065000000")]
    [InlineData("1767380065000000000")]
    public void Every_way_to_write_a_time_is_the_same_instant_in_utc(string text)
    {
        Assert.Equal((Moment, TimeSpan.Zero), (Times.Parse(text, "at")!.Value, Times.Parse(text, "at")!.Value.Offset));
        var number = char.IsAsciiDigit(text[^1]) && !text.Contains('-') ? text : JsonSerializer.Serialize(text);
        Assert.Equal(Moment, Times.Parse(JsonSerializer.Deserialize<JsonElement>(number), "at"));
    }

    [Fact]
    public void Decimals_count_as_far_as_an_instant_holds_them()
    {
        Assert.Equal(Moment.AddTicks(1234567), Times.Parse("2026-01-02T18:54:25.123456789Z", "at"));
        Assert.Equal(Moment.AddTicks(1234567), Times.Parse("1767380065123456789", "at"));
        Assert.Equal(Moment.AddMilliseconds(500), Times.Parse("1767380065.5", "at"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void Not_yet_is_no_time(string? text) => Assert.Null(Times.Parse(text, "at"));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("02.01.2026")]
    [InlineData("2026-13-02T18:54:25Z")]
    [InlineData("2026-01-02T18:54:25+25:00")]
    [InlineData("2016-12-31T23:59:60Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("99999999999999999999999")]
    public void What_is_no_time_is_said_to_be_none(string text) =>
        Assert.StartsWith(
            "started_at is no time", Assert.Throws<FormatException>(() => Times.Parse(text, "started_at")).Message);

    [Theory]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("-1")]
    [InlineData("1e400")]
    public void A_value_that_is_no_time_is_said_to_be_none(string json)
    {
        var value = JsonSerializer.Deserialize<JsonElement>(json);
        Assert.StartsWith("at is no time", Assert.Throws<FormatException>(() => Times.Parse(value, "at")).Message);
    }

    [Fact]
    public void Null_is_no_time()
    {
        Assert.Null(Times.Parse((JsonElement?)null, "at"));
        Assert.Null(Times.Parse(JsonSerializer.Deserialize<JsonElement>("null"), "at"));
    }

    [Theory]
    [InlineData("https://git.acme.example/acme/shop.git", "acme/shop")]
    [InlineData("https://git.acme.example/acme/shop/", "acme/shop")]
    [InlineData("https://bot:word@git.acme.example/acme/group/shop.git", "acme/group/shop")]
    [InlineData("ssh://git@git.acme.example:2222/acme/shop.git", "acme/shop")]
    [InlineData("git@git.acme.example:acme/shop.git", "acme/shop")]
    [InlineData("h_0123456789abcdef:acme/shop.git", "acme/shop")]
    [InlineData("https://bot:h_0123456789abcdef/acme/shop.git", "acme/shop")]
    [InlineData("/srv/git/shop.git", null)]
    [InlineData("oci://registry.acme.example/acme/shop", null)]
    [InlineData("https://charts.acme.example", null)]
    [InlineData("acme/shop", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_repository_is_named_by_the_address_it_is_cloned_from(string? url, string? name) =>
        Assert.Equal(name, RepositoryUrl.NameOf(url)?.Value);

    [Theory]
    [InlineData("v1.4.0", "registry.acme.example:5000/acme/shop:v1.4.0")]
    [InlineData("v1.4.0", "acme/shop:v1.4.0@sha256:0b31")]
    [InlineData("sha256:0b31", "acme/shop@sha256:0b31")]
    [InlineData("sha256:0b31", "acme/shop:latest@sha256:0b31")]
    [InlineData(null, "acme/shop:latest")]
    [InlineData(null, "registry.acme.example:5000/acme/shop")]
    [InlineData("v1", "acme/worker:v1", "acme/api:v1")]
    [InlineData("v1", "acme/shop:v1", "acme/proxy:v2")]
    [InlineData(null, "acme/worker:v1", "acme/api:v2")]
    [InlineData(null, "acme/shop:v1", "other/shop:v2")]
    [InlineData(null)]
    public void The_version_is_that_of_the_applications_own_image(string? version, params string[] images) =>
        Assert.Equal(version, ImageName.VersionOf(images, "shop"));

    [Fact]
    public void Nobody_is_trusted_while_there_is_no_secret()
    {
        Assert.False(Signatures.Bearer(With("Authorization", "Bearer "), []));
        Assert.False(Signatures.Basic(With("Authorization", "Basic " + Convert.ToBase64String("leadline:"u8)), []));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData([], "{}"u8));
        Assert.False(Signatures.HmacSha256Hex(With("X-Signature", signature), "X-Signature", "", []));
    }

    [Theory]
    [InlineData("leadline:a secret: of Acme", true)]
    [InlineData(":a secret: of Acme", true)]
    [InlineData("leadline:another", false)]
    [InlineData("a secret: of Acme", false)]
    [InlineData("nothing", false)]
    public void A_password_proves_its_sender(string pair, bool isAuthentic)
    {
        var given = With("authorization", "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        Assert.Equal(isAuthentic, Signatures.Basic(given, "a secret: of Acme"u8));
    }

    [Theory]
    [InlineData("Basic !")]
    [InlineData("Basic")]
    [InlineData("Bearer a secret")]
    public void What_is_no_password_proves_nothing(string header) =>
        Assert.False(Signatures.Basic(With("Authorization", header), "a secret"u8));

    static Delivery With(string header, string value) => new()
    {
        Source = "any",
        Headers = Delivery.NoHeaders.Add(header, value),
        Body = "{}"u8.ToArray(),
        ReceivedAt = default,
    };
}
