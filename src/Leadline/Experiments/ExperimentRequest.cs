using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Experiments;

/// <summary>
/// An experiment as somebody asks for it, in words; the names are those of the API and of <c>leadline.yaml</c>.
/// </summary>
/// <param name="Worth">Such as <c>20%</c>: of the level before, or for a rate so many points.</param>
/// <param name="Start">A day of the reporting time zone, or an instant.</param>
/// <param name="End">The same; twelve whole weeks where it is left out.</param>
/// <param name="Guardrails">Metrics, each alone or with what is tolerated: <c>lead_time=10%</c>.</param>
/// <param name="FalseAlarms">Such as <c>5%</c>.</param>
public sealed partial record ExperimentRequest(
    string? Name, string? Hypothesis, ImmutableArray<string>? Services, string? Team, string? Area, string? Environment,
    string? Metric, string? Direction, string? Worth,
    string? Start, string? End, ImmutableArray<string>? Guardrails, ImmutableArray<string>? Comparison, string? FalseAlarms)
{
    public const int DefaultWeeks = 12, MostWeeks = 52, LongestHypothesis = 500, LongestName = 60;

    /// <summary>The experiment; or null, and all that is wrong, each by its key.</summary>
    public (Experiment? Experiment, ImmutableArray<(string Key, string Sentence)> Wrong) Read(Definitions definitions)
    {
        var wrong = ImmutableArray.CreateBuilder<(string, string)>();
        var name = Named(Name);
        if (name is not { Length: <= LongestName } || !WholeName().IsMatch(name))
            Refuse(
                "name",
                $"the name stands in addresses: write small letters, digits and hyphens, {LongestName} at the most, such as "
                    + "trunk-based");
        if (Named(Hypothesis) is not { Length: <= LongestHypothesis })
            Refuse(
                "hypothesis",
                $"say in a sentence what is done differently and what it is to bring, in {LongestHypothesis} characters at "
                    + "the most");
        var environment = Named(Environment) ?? EnvironmentName.Production.Value;
        var metric = MetricOf("metric", Metric);
        var direction = Named(Direction) switch
        {
            null => metric is null ? Experiments.Direction.Down : Aim.BetterOf(metric),
            "up" => Experiments.Direction.Up,
            "down" => Experiments.Direction.Down,
            var other => Refused("direction", $"'{other}' is neither up nor down", Experiments.Direction.Down),
        };
        var worth = Share("worth", Worth) ?? 0.1;
        if (Named(Worth) is null)
            Refuse(
                "worth",
                "the smallest effect worth having is missing: write it as 20%, of the level before, or for a rate so many "
                    + "points");
        else if (direction == Experiments.Direction.Down && worth >= 1)
            Refuse("worth", "nothing can fall by 100 % or more: write less");
        ImmutableArray<Guardrail> guardrails = [.. Names(Guardrails).Select(GuardrailOf).OfType<Guardrail>()];
        if (guardrails.GroupBy(one => one.Metric).FirstOrDefault(group => group.Count() > 1 || group.Key == metric) is { } twice)
            Refuse(
                "guardrails",
                twice.Key == metric ? $"{metric} is what the experiment is to move: name other metrics"
                    : $"{twice.Key} is named twice");
        var (services, comparison) = (Names(Services), Names(Comparison));
        if (services.Intersect(comparison, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } both)
            Refuse("comparison", $"{both} is where the experiment is: name services where it is not");
        var falseAlarms = Share("false_alarms", FalseAlarms) ?? Experiment.DefaultFalseAlarms;
        if (falseAlarms is < 0.001 or > 0.2) Refuse("false_alarms", "write a rate between 0.1% and 20%");
        var start = Instant("start", Start);
        if (Named(Start) is null) Refuse("start", "the start is missing: write the day, such as 2026-01-31");
        var weeks = start is null ? default : ExperimentCalendar.FirstAfter(start.Value, definitions.Zone);
        var end = Instant("end", End)
            ?? (start is null ? null : ExperimentCalendar.After(weeks, DefaultWeeks, definitions.Zone));
        if (start is not null && end is not null
            && ExperimentCalendar.WholeWeeks(weeks, end.Value, definitions.Zone) is var planned
                and (< Look.First or > MostWeeks))
            Refuse(
                "end",
                $"from the Monday after the start to the end there are {planned} whole weeks: an experiment has {Look.First} "
                    + $"to {MostWeeks}");
        if (wrong.Count > 0) return (null, wrong.ToImmutable());
        return (new Experiment
        {
            Name = name!,
            Hypothesis = Named(Hypothesis)!,
            Services = services,
            Team = Named(Team),
            Area = Named(Area),
            Environment = environment,
            Aim = new Aim(metric!, direction, worth),
            Guardrails = guardrails,
            Comparison = comparison,
            Start = start!.Value,
            End = end!.Value,
            FalseAlarms = falseAlarms,
        }, []);

        void Refuse(string key, string sentence) => wrong.Add((key, sentence));

        T Refused<T>(string key, string sentence, T otherwise)
        {
            wrong.Add((key, sentence));
            return otherwise;
        }

        string? MetricOf(string key, string? text) => Named(text) switch
        {
            null => Refused(key, $"the metric is missing: write one of {string.Join(", ", MetricRules.Names)}", (string?)null),
            var one when MetricRules.Names.Contains(one) => one,
            var other =>
                Refused(
                    key,
                    $"'{other}' is no metric: write one of "
                        + $"{string.Join(", ", MetricRules.Names)}{Nearest.Suggest(other, MetricRules.Names)}", (string?)null),
        };

        Guardrail? GuardrailOf(string text)
        {
            var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
            return MetricOf("guardrails", parts[0]) is { } guarded
                ? new Guardrail(
                    guarded,
                    (parts.Length == 2 ? Share("guardrails", parts[1]) : null) ?? Guardrail.ToleratedOf(guarded)) : null;
        }

        double? Share(string key, string? text)
        {
            if (Named(text) is not { } written) return null;
            var match = Percent().Match(written);
            var share = match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) / 100 : 0;
            return share is > 0 and <= 10 ? Math.Round(share, 6)
                : Refused(
                    key, $"'{written}' is no such number: write a percentage over 0 and up to 1000, such as 20%", (double?)null);
        }

        DateTimeOffset? Instant(string key, string? text)
        {
            try
            {
                return Named(text) is { } written ? Instants.Parse(written, definitions.Zone, key) : null;
            }
            catch (FormatException error)
            {
                return Refused(key, error.Message[(key.Length + 2)..], (DateTimeOffset?)null);
            }
        }
    }

    /// <summary>Texts that were typed into one field, with commas between them.</summary>
    public static ImmutableArray<string> Listed(string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    static ImmutableArray<string> Names(ImmutableArray<string>? texts) =>
        texts is { IsDefault: false } given
            ? [.. given.Select(text => text.Trim()).Where(text => text.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)]
            : [];

    static string? Named(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\z")]
    private static partial Regex WholeName();

    [GeneratedRegex(@"^([0-9]{1,4}(?:\.[0-9]{1,4})?) ?%\z")]
    private static partial Regex Percent();
}
