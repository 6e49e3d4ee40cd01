using System.Text.Json;
using CsCheck;
using Leadline.Core;
using Leadline.Scenarios;
using Xunit;

namespace Leadline.Tests.Scenarios;

/// <summary>Every rule of the judgement, a scenario each.</summary>
public sealed class ScenariosTest
{
    static readonly string Folder = Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Scenarios");

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.scenario").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Comes_to_what_is_expected(string file)
    {
        var result = await ScenarioRun.OfAsync(Read(file), TestContext.Current.CancellationToken);

        Assert.True(
            result.Passed,
            $"{result.Says}\n"
                + string.Join(
                    '\n',
                    result.Misses.Select(
                        miss => $"{file}:{miss.Line}: {miss.Text}: expected {miss.Expected}, was {miss.Actual}")));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Says_its_rule_in_a_sentence(string file) => Assert.EndsWith(".", Read(file).Says);

    [Theory]
    [MemberData(nameof(Files))]
    public void Judges_the_same_in_any_order(string file)
    {
        var scenario = Read(file);
        var expected = Judged(scenario.Facts, scenario);

        Gen.Select(Gen.Shuffle(scenario.Facts.ToArray()), Gen.Shuffle(scenario.Overrides.ToArray()))
            .Sample((facts, overrides) => Assert.Equal(expected, Judged(facts, scenario, overrides)), iter: 30);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Judges_the_same_when_facts_are_repeated(string file)
    {
        var scenario = Read(file);
        var expected = Judged(scenario.Facts, scenario);

        Gen.Int[0, scenario.Facts.Length - 1].List[1, 10]
            .Sample(
                again =>
                    Assert.Equal(
                        expected,
                        Judged(
                            [.. scenario.Facts, .. again.Select(i => scenario.Facts[i])], scenario,
                            [.. scenario.Overrides, .. scenario.Overrides])), iter: 30);
    }

    static Scenario Read(string file) => Scenario.Parse(File.ReadAllText(Path.Combine(Folder, file)), file);

    static string Judged(IReadOnlyList<Fact> facts, Scenario scenario, IReadOnlyList<Override>? overrides = null) =>
        JsonSerializer.Serialize(
            ScenarioRun.Judge(facts, scenario.Definitions, overrides ?? scenario.Overrides)
                .Select(one => new { one.Service.Name, one.Judgement.Ledger, one.Judgement.Shipped, one.Judgement.Blames }),
            Options);

    static readonly JsonSerializerOptions Options = new() { IncludeFields = true, Converters = { new ShaConverter() } };

    /// <summary>Without it every sha would be written alike.</summary>
    sealed class ShaConverter : System.Text.Json.Serialization.JsonConverter<Sha>
    {
        public override Sha Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Sha value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
