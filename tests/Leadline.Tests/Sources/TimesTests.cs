using System.Text.Json;
using Leadline.Core;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

public sealed class TimesTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>However it is written, it is the same instant, and in UTC.</summary>
    [Theory]
    [InlineData("2026-03-02T12:00:00Z")]
    [InlineData("2026-03-02T12:00Z")]
    [InlineData("2026-03-02T12:00:00.0Z")]
    [InlineData("2026-03-02T12:00:00.000Z")]
    [InlineData("2026-03-02T12:00:00.0000000Z")]
    [InlineData("2026-03-02T12:00:00.000000000Z")]
    [InlineData("2026-03-02T13:00:00+01:00")]
    [InlineData("2026-03-02T13:00:00+0100")]
    [InlineData("2026-03-02T07:00:00.000000000-05:00")]
    [InlineData("2026-03-02T12:00:00.000000+00:00")]
    [InlineData("2026-03-02T12:00:00")]
    [InlineData("2026-03-02 12:00:00")]
    [InlineData("2026-03-02 12:00:00 UTC")]
    [InlineData("2026-03-02 12:00:00 +0000")]
    [InlineData("2026-03-02 13:00:00 +0100")]
    [InlineData("2026-03-02 06:30:00 -05:30")]
    [InlineData(" 2026-03-02T12:00:00Z ")]
    [InlineData("1772452800")]
    [InlineData("1772452800000")]
    [InlineData("1772452800.0")]
    public void However_it_is_written_it_is_the_same_instant(string text)
    {
        var at = Times.Parse(text, "created_at");
        Assert.Equal(Noon, at);
        Assert.Equal(TimeSpan.Zero, at!.Value.Offset);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00")]
    public void What_stands_for_no_time_is_none(string? text) => Assert.Null(Times.Parse(text, "created_at"));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-13-02T12:00:00Z")]
    [InlineData("2026-03-02T25:00:00Z")]
    [InlineData("02/03/2026 12:00")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59.9999999-14:00")]
    [InlineData("-1")]
    [InlineData("99999999999999999999999")]
    public void What_is_no_time_is_said_with_its_field(string text)
    {
        var error = Assert.Throws<FormatException>(() => Times.Parse(text, "created_at"));
        Assert.StartsWith("created_at is no time: ", error.Message);
    }

    [Fact]
    public void A_wrong_time_in_a_body_is_named_by_its_place()
    {
        var delivery = new Delivery
        {
            Source = "gitlab",
            Headers = Delivery.NoHeaders,
            Body = """
                {"object_kind": "pipeline", "project": {"path_with_namespace": "acme/shop"},
                 "object_attributes": {"id": 1, "sha": "2b66fd261ee5c6cfc8de7fa466bab600bcfe4f69", "created_at": "soon"}}
                """u8.ToArray(),
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };
        var error = Assert.Throws<JsonException>(() => Catalogue.Find("gitlab")!.Read(delivery));
        Assert.Contains("$.object_attributes.created_at", error.Message);
    }
}
