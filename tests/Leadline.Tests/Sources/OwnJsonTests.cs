using System.Text;
using Leadline.Core;
using Leadline.Sources.Leadline;
using Xunit;

namespace Leadline.Tests.Sources;

public sealed class OwnJsonTests
{
    const string Sha = "0123456789abcdef0123456789abcdef01234567";

    [Theory]
    [InlineData("{}", "\"type\" is missing")]
    [InlineData("[]", "one JSON object")]
    [InlineData("nonsense", "not JSON")]
    [InlineData("""{"type":"deploment"}""", "did you mean \"deployment\"?")]
    [InlineData("""{"type":"commit"}""", "\"repository\", \"sha\"")]
    [InlineData("""{"type":"commit","repository":"acme/shop","sha":"0123456789abcdef0123456789abcdef01234567","autored_at":"2026-01-01T00:00:00Z"}""", "did you mean \"authored_at\"?")]
    [InlineData("""{"type":"commit","repository":"acme/shop","sha":"1234567"}""", "full commit id")]
    [InlineData("""{"type":"commit","repository":"","sha":"0123456789abcdef0123456789abcdef01234567"}""", "must not be empty")]
    [InlineData("""{"type":"change","repository":"acme/shop","number":1,"lines":-1}""", "must not be negative")]
    [InlineData("""{"type":"commit","repository":"acme/shop","sha":"0123456789abcdef0123456789abcdef01234567","authored_at":"yesterday"}""", "\"authored_at\"")]
    [InlineData(
        """{"type":"deployment","id":"d","environment":"production","status":"succeeded","service":"shop"}""", "finished_at")]
    [InlineData(
        """{"type":"deployment","id":"d","environment":"production","status":"done","service":"shop"}""", "must be one of")]
    [InlineData(
        """{"type":"deployment","id":"d","environment":"production","status":"failed","finished_at":"2026-01-01T00:00:00Z"}""", "\"service\" or its \"repository\"")]
    [InlineData("""{"type":"incident","id":"i","service":"shop"}""", "\"started_at\"")]
    public void Says_what_is_wrong(string line, string expected) =>
        Assert.Contains(expected, OwnJson.Check(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Resolves_every_offset_to_the_same_instant()
    {
        foreach (var time in new[]
        {
            "2026-01-02T19:54:25+01:00", "2026-01-02T18:54:25Z", "2026-01-02T13:54:25-05:00", "2026-01-02T18:54:25.000000Z",
        })
        {
            var line = $$"""{"type":"commit","repository":"acme/shop","sha":"{{Sha}}","authored_at":"{{time}}"}""";
            var commit = (CommitFact)Assert.Single(OwnJson.Read(Encoding.UTF8.GetBytes(line)));
            Assert.Equal(new DateTimeOffset(2026, 1, 2, 18, 54, 25, TimeSpan.Zero), commit.AuthoredAt);
            Assert.Equal(TimeSpan.Zero, commit.AuthoredAt!.Value.Offset);
        }
    }

    [Theory]
    [InlineData(
        "{\"type\":\"annotation\",\"id\":\"1\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"a\"}\n{\"type\":\"annotation\",\"id\":\"2\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"b\"}\n", 2)]
    [InlineData(
        "[{\"type\":\"annotation\",\"id\":\"1\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"a\"}, "
            + "{\"type\":\"annotation\",\"id\":\"2\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"b\"}]", 2)]
    [InlineData(
        "{\n  \"type\": \"annotation\",\n  \"id\": \"1\",\n  \"at\": \"2026-01-01T00:00:00Z\",\n  \"text\": \"a\"\n}\n", 1)]
    [InlineData("", 0)]
    public void Takes_an_object_an_array_or_lines(string body, int expected)
    {
        var reading = new LeadlineReader().Read(new Delivery
        {
            Source = "leadline",
            Headers = Delivery.NoHeaders,
            Body = Encoding.UTF8.GetBytes(body),
            ReceivedAt = default,
        });
        Assert.Equal(expected, (reading as FactsReading)?.Facts.Length ?? 0);
    }
}
