using System.Text;
using Leadline.Core;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>Recordings are full of one Ada Example, who is to be found nowhere in what is kept of them.</summary>
public sealed class PersonalFieldsTests
{
    static readonly string[] Hers = ["Ada Example", "ada@acme.example", "U0ADA", "ada-laptop"];

    public static TheoryData<string, string> Recordings =>
    [
        .. Catalogue.Readers.Where(reader => reader.Source is "rootly" or "sentry" or "servicenow" or "statuspage")
            .SelectMany(Recording.Of)
            .Where(recording => Hers.Any(Encoding.UTF8.GetString(recording.Body).Contains))
            .Select(recording => (recording.Reader.Source, recording.Name)),
    ];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Nobody_is_kept(string source, string name)
    {
        var recording = Recording.Of(Catalogue.Find(source)!).Single(one => one.Name == name);
        var kept = Encoding.UTF8.GetString(recording.Kept.Body.Span);
        Assert.All(Hers, hers => Assert.DoesNotContain(hers, kept, StringComparison.Ordinal));
        if (recording.Read() is FactsReading { Facts: var facts })
            Assert.All(
                facts, fact => Assert.All(Hers, hers => Assert.DoesNotContain(hers, $"{fact}", StringComparison.Ordinal)));
    }

    /// <summary>What a source measures by must not be taken for a person.</summary>
    [Fact]
    public void What_is_measured_by_is_kept()
    {
        foreach (var reader in Catalogue.Readers.Where(
            reader => reader.Source is "rootly" or "sentry" or "servicenow" or "statuspage"))
        {
            foreach (var recording in Recording.Of(reader).Where(recording => recording.Read() is FactsReading))
            {
                var before = Assert.IsType<FactsReading>(reader.Read(recording.Delivery)).Facts;
                var after = Assert.IsType<FactsReading>(recording.Read()).Facts;
                Assert.Equal(before.Select(Measured), after.Select(Measured));
            }
        }

        static string Measured(Fact fact) => fact switch
        {
            IncidentFact incident => $"{incident with { Title = null }} {string.Join(',', incident.AlertLabels ?? [])}",
            _ => $"{fact}",
        };
    }
}
