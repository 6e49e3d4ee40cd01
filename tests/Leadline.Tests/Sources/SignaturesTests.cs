using System.Security.Cryptography;
using System.Text;
using Leadline.Core;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

public sealed class SignaturesTests
{
    static readonly byte[] Secret = "the secret: of Acme"u8.ToArray();

    static readonly byte[] Body = "{}"u8.ToArray();

    static readonly string Hmac = Convert.ToHexStringLower(HMACSHA256.HashData(Secret, Body));

    [Fact]
    public void A_token_is_the_secret_itself()
    {
        Assert.True(Signatures.Token(With("the secret: of Acme"), "X-Proof", Secret));
        Assert.False(Signatures.Token(With("the secret: of acme"), "X-Proof", Secret));
        Assert.False(Signatures.Token(With("the secret: of Acme"), "X-Another", Secret));
        Assert.False(Signatures.Token(With(""), "X-Proof", []));
    }

    [Theory]
    [InlineData("leadline:the secret: of Acme", true)]
    [InlineData(":the secret: of Acme", true)]
    [InlineData("the secret: of Acme", false)]
    [InlineData("leadline:the secret", false)]
    [InlineData("leadline:", false)]
    public void Basic_has_the_secret_as_the_password_of_any_user(string pair, bool holds)
    {
        var given = Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
        Assert.Equal(holds, Signatures.Basic(With($"Basic {given}", "Authorization"), Secret));
        Assert.False(Signatures.Basic(With($"Bearer {given}", "Authorization"), Secret));
        Assert.False(Signatures.Basic(With($"Basic {given}", "Authorization"), []));
    }

    [Fact]
    public void What_is_no_base64_is_no_password() => Assert.False(Signatures.Basic(With("Basic %%%", "Authorization"), Secret));

    [Theory]
    [InlineData("v1=HMAC", true)]
    [InlineData("v0=00,v1=HMAC", true)]
    [InlineData("v1=00, v1=HMAC", true)]
    [InlineData("v1=00", false)]
    [InlineData("v0=HMAC", false)]
    [InlineData("v1=HMAC00", false)]
    [InlineData("v1=zz", false)]
    [InlineData("HMAC", false)]
    [InlineData("", false)]
    public void One_of_the_signatures_that_are_listed_is_enough(string header, bool holds)
    {
        var delivery = With(header.Replace("HMAC", Hmac));
        Assert.Equal(holds, Signatures.HmacSha256HexListed(delivery, "X-Proof", "v1=", Secret));
        Assert.False(Signatures.HmacSha256HexListed(delivery, "X-Proof", "v1=", "another"u8));
    }

    /// <summary>Anybody can sign with nothing.</summary>
    [Fact]
    public void What_is_signed_with_nothing_proves_nothing()
    {
        var signed = With("v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(""u8, Body)));
        Assert.False(Signatures.HmacSha256Hex(signed, "X-Proof", "v1=", []));
        Assert.False(Signatures.HmacSha256HexListed(signed, "X-Proof", "v1=", []));
        Assert.False(Signatures.Bearer(With("Bearer ", "Authorization"), []));
    }

    static Delivery With(string value, string header = "X-Proof") => new()
    {
        Source = "acme",
        Headers = Delivery.NoHeaders.Add(header, value),
        Body = Body,
        ReceivedAt = DateTimeOffset.UnixEpoch,
    };
}
