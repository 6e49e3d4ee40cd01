using System.Collections.Immutable;
using System.Globalization;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Scenarios;

/// <summary>A scope and window with what is expected of it.</summary>
sealed record ExpectedWindow(MetricsQuery Query, ImmutableArray<Expectation> Expectations)
{
    /// <exception cref="LineException">The head is not <c>FROM .. TO</c> with its scope.</exception>
    public static ExpectedWindow Read(Line line, Definitions definitions)
    {
        var from = line.TakeTime(definitions.Zone);
        line.Require("..");
        var to = line.TakeTime(definitions.Zone);
        if (to <= from) throw new LineException("expected the window's end to be after its beginning");
        ImmutableArray<string>? services = null;
        var environment = EnvironmentName.Production.Value;
        while (!line.AtEnd)
        {
            if (line.TryTake("in", "service")) services = [.. line.TakeList("a service's name")];
            else if (line.TryTake("environment")) environment = line.Take("an environment");
            else throw line.Expected("in service or environment");
        }

        return new ExpectedWindow(new MetricsQuery(services, environment, from, to), []);
    }
}

/// <summary>What is known of one window when it is held against expectations.</summary>
sealed record Measured(
    MetricsReport Report, ImmutableArray<LedgerRow> Ledger, ImmutableArray<ShippedChange> Shipped, ImmutableArray<Blame> Blames,
    IReadOnlyDictionary<Sha, string> Names, LeadTimeUnit Unit)
{
    public LedgerRow? Row(string id) => Ledger.FirstOrDefault(row => row.DeploymentId == id);

    /// <summary>The rows of a commit by its name, or of a change by <c>#7</c>.</summary>
    public IEnumerable<ShippedChange> ShippedAs(string name) =>
        Shipped.Where(
            change => name.StartsWith('#') ? change.Change is { } number && $"#{number}" == name : NameOf(change.Sha) == name);

    public string NameOf(Sha sha) => Names.GetValueOrDefault(sha) ?? sha.Abbreviated;

    /// <summary>The same text with short names in the place of shas.</summary>
    public string Named(string text)
    {
        foreach (var (sha, name) in Names) text = text.Replace(sha.ToString(), name, StringComparison.Ordinal);
        return text;
    }
}

/// <summary>One expected line.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Text">As it stands there.</param>
/// <param name="Expected">The value that is expected.</param>
/// <param name="Compare">Answers whether the value is the expected one, and what it is.</param>
sealed record Expectation(int Line, string Text, string Expected, Func<Measured, (bool Met, string Actual)> Compare)
{
    static readonly string[] Numbers =
    [
        "deployments", "deploying days per week", "time between deployments median", "lead time median",
        "lead time by definition", "lead times", "change failure rate", "recovery median", "recovery by definition",
        "recovery open", "recovery count", "recovery kaplan-meier", "rework", "baselines", "gaps", "no shas", "short shas",
        "unknown shas", "configurations",
        "incidents", "unlinked incidents", "incident",
    ];

    /// <exception cref="LineException">The line is not understood, or names what no line of the scenario made.</exception>
    public static Expectation Read(Line line, Timeline timeline)
    {
        var read = ReadNumber(line) ?? ReadNamed(line, timeline);
        line.RequireEnd();
        return read;
    }

    static Expectation? ReadNumber(Line line)
    {
        if (line.TryTake("deployments", "per", "day"))
            return Decimal(line, measured => measured.Report.Metrics.DeploymentFrequency.PerDay);
        if (line.TryTake("deployments")) return Count(line, measured => measured.Report.Metrics.DeploymentFrequency.Deployments);
        if (line.TryTake("deploying", "days", "per", "week"))
            return Decimal(line, measured => measured.Report.Metrics.DeploymentFrequency.DeployDaysPerWeek);
        if (line.TryTake("time", "between", "deployments", "median"))
            return Span(line, measured => measured.Report.Metrics.DeploymentFrequency.MedianSecondsBetween);
        if (line.TryTake("lead", "times")) return Count(line, measured => measured.Report.Metrics.LeadTime.Count);
        if (line.TryTake("lead", "time", "median"))
            return Span(line, measured => measured.Report.Metrics.LeadTime.MedianSeconds);
        if (line.TryTake("lead", "time", "by", "definition"))
            return Span(line, measured => measured.Report.Metrics.LeadTime.ValueSeconds);
        if (line.TryTake("recovery", "by", "definition"))
            return Span(line, measured => measured.Report.Metrics.RecoveryTime.ValueSeconds);
        if (line.TryTake("lead", "time", "p75")) return Span(line, measured => measured.Report.Metrics.LeadTime.P75Seconds);
        if (line.TryTake("lead", "time", "p90")) return Span(line, measured => measured.Report.Metrics.LeadTime.P90Seconds);
        if (line.TryTake("change", "failure", "rate"))
            return Share(
                line,
                measured =>
                    measured.Report.Metrics.ChangeFailureRate is { Value: not null } rate ? (rate.Failed, rate.Deployments)
                        : null);
        if (line.TryTake("recovery", "median"))
            return Span(line, measured => measured.Report.Metrics.RecoveryTime.MedianSeconds);
        if (line.TryTake("recovery", "open")) return Count(line, measured => measured.Report.Metrics.RecoveryTime.Open);
        if (line.TryTake("recovery", "count")) return Count(line, measured => measured.Report.Metrics.RecoveryTime.Count);
        if (line.TryTake("recovery", "kaplan-meier"))
            return Span(line, measured => measured.Report.Metrics.RecoveryTime.KaplanMeierMedianSeconds);
        if (line.TryTake("recovery", "oldest", "open"))
            return Span(line, measured => measured.Report.Metrics.RecoveryTime.OldestOpenSeconds);
        if (line.TryTake("rework"))
            return Share(
                line,
                measured =>
                    measured.Report.Metrics.ReworkRate is { Value: not null } rate ? (rate.Rework, rate.Deployments) : null);
        if (line.TryTake("baselines")) return Count(line, measured => measured.Report.Coverage.Baseline);
        if (line.TryTake("gaps")) return Count(line, measured => measured.Report.Coverage.Gap);
        if (line.TryTake("no", "shas")) return Count(line, measured => measured.Report.Coverage.NoSha);
        if (line.TryTake("short", "shas")) return Count(line, measured => measured.Report.Coverage.ShortSha);
        if (line.TryTake("unknown", "shas")) return Count(line, measured => measured.Report.Coverage.UnknownSha);
        if (line.TryTake("configurations")) return Count(line, measured => measured.Report.Coverage.Configuration);
        if (line.TryTake("unlinked", "incidents")) return Count(line, measured => measured.Report.Coverage.IncidentsUnlinked);
        return line.TryTake("incidents") ? Count(line, measured => measured.Report.Coverage.Incidents) : null;
    }

    static Expectation ReadNamed(Line line, Timeline timeline)
    {
        if (line.TryTake("incident")) return ReadIncident(line, timeline);
        var name = line.Take(
            "what is expected: " + string.Join(", ", Numbers) + ", or the name of a deployment, commit or change");
        if (name.StartsWith('#'))
        {
            if (!int.TryParse(name.AsSpan(1), out var number) || !timeline.HasChange(number))
                throw new LineException($"no line made the change {name}");
            return ReadShipped(line, name);
        }

        if (timeline.HasDeployment(name)) return ReadDeployment(line, name, timeline);
        if (timeline.HasCommit(name)) return ReadShipped(line, name);
        var nearest = timeline.Suggest(name);
        throw new LineException(
            $"'{name}' is neither a number that is measured ({string.Join(", ", Numbers[..^1])}) nor a deployment, commit or "
            + "change of this scenario"
            + (nearest.Length > 0 ? nearest : Nearest.Suggest(name, Numbers)));
    }

    static Expectation ReadIncident(Line line, Timeline timeline)
    {
        var id = line.Take("an incident's name");
        if (!timeline.HasIncident(id)) throw new LineException($"no line opened the incident {id}{timeline.Suggest(id)}");
        string expected;
        if (line.TryTake("unlinked")) expected = "unlinked";
        else if (line.TryTake("not", "counted")) expected = "not counted";
        else
        {
            line.Require("linked");
            line.Require("to");
            expected = $"linked to {line.Take("a deployment")}";
            line.Require("by");
            expected += $" by {line.Take("declared, fix, window or override")}";
        }

        return Same(line, expected, measured =>
        {
            var blames = measured.Blames.Where(blame => blame.Signal.IsIncident() && blame.Evidence == id).ToList();
            return blames.Count == 0 ? "not counted"
                : Joined(blames.Select(
                    blame => blame.DeploymentId is { } deployment ? $"linked to {deployment} by {blame.Method}" : "unlinked"));
        });
    }

    static Expectation ReadDeployment(Line line, string id, Timeline timeline)
    {
        if (line.TryTake("not", "failed"))
            return Of(line, id, "not failed", (row, measured) => row.Failed ? "failed " + Reasons(measured, id) : "not failed");
        if (line.TryTake("failed", "at"))
        {
            var instant = line.TakeTime(timeline.Zone);
            return Of(line, id, Instant(instant), (row, _) => Instant(row.FailedAt));
        }

        if (line.TryTake("failed")) return ReadFailed(line, id);
        if (line.TryTake("recovery", "by"))
            return Of(line, id, line.TakeRest("incident I1 resolved, or deployment d2"), (row, _) => row.RestoredBy ?? "open");
        if (line.TryTake("recovery", "open"))
            return Of(
                line, id, "open",
                (row, _) =>
                    !row.Failed ? "not failed" : row.RestoredAt is { } end
                        ? Spans.Write((end - row.FailedAt!.Value).TotalSeconds) : "open");
        if (line.TryTake("recovery"))
        {
            var span = line.TakeSpan("a span such as 45m, open, or by");
            return Of(
                line, id, Spans.Write(span.TotalSeconds),
                (row, _) =>
                    row.RestoredAt is { } end ? Spans.Write((end - row.FailedAt!.Value).TotalSeconds) : row.Failed ? "open"
                        : "not failed");
        }

        if (line.TryTake("rework", "because"))
            return Of(
                line, id, line.TakeRest("rollback, revert, hotfix or fix"),
                (row, _) => row.Rework ? row.ReworkBecause ?? "" : "no rework");
        if (line.TryTake("deployed", "at"))
        {
            var instant = line.TakeTime(timeline.Zone);
            return Of(line, id, Instant(instant), (row, _) => Instant(row.DeployedAt));
        }

        if (line.TryTake("not", "overridden")) return Of(line, id, "not overridden", (row, _) => Overridden(row));
        if (line.TryTake("overridden", "by"))
            return Of(
                line, id, "overridden by " + line.TakeRest("failed, not failed, exclude, link incident or unlink incident"),
                (row, _) => Overridden(row));
        if (line.TryTake("of"))
            return Of(
                line, id, line.Take("a commit's name, or none"),
                (row, measured) => row.Sha is { } sha ? measured.NameOf(sha) : "none");
        if (line.TryTake("is", "unmeasured"))
            return Same(line, "unmeasured", measured => measured.Row(id) is null ? "unmeasured" : "in the ledger");
        if (line.TryTake("is")) return ReadKind(line, id);
        if (line.TryTake("ships", "nothing")) return Of(line, id, "nothing", (_, measured) => Ships(measured, id));
        if (!line.TryTake("ships"))
            throw line.Expected("failed, not failed, is, ships, recovery, rework because, overridden by, deployed at or of");
        if (line.Peek() is { } next && next.All(char.IsAsciiDigit))
            return Of(line, id, line.Take(""), (row, _) => $"{row.Commits}");
        return Of(line, id, Joined(line.TakeList("commits, how many, or nothing")), (_, measured) => Ships(measured, id));
    }

    static Expectation ReadKind(Line line, string id)
    {
        var not = line.TryTake("not");
        string[] known =
        [
            "deployment", "redeploy", "rollback", "failed attempt", "step", "linked", "baseline", "gap", "no sha", "short sha",
            "unknown sha", "configuration", "counted", "rework",
        ];
        var word = line.TakeRest(string.Join(", ", known)).Replace('_', ' ');
        if (!known.Contains(word))
            throw new LineException($"expected one of {string.Join(", ", known)}, not '{word}'{Nearest.Suggest(word, known)}");
        return new Expectation(line.Number, line.Content, not ? $"not {word}" : word, measured =>
        {
            if (measured.Row(id) is not { } row) return (not && word == "counted", "not in the ledger");
            string[] kinds =
            [
                Rows.Word(row.Kind).Replace('_', ' '), Rows.Word(row.Link).Replace('_', ' '),
                row.Counted ? "counted" : "not counted", .. row.Rework ? (string[])["rework"] : [],
            ];
            return (kinds.Contains(word) != not, Joined(kinds, sorted: false));
        });
    }

    static Expectation ReadFailed(Line line, string id)
    {
        var reasons = new List<string>();
        while (!line.AtEnd)
        {
            if (reasons.Count > 0) line.Require(",");
            var signal = line.Take("incident, rollback, revert, hotfix, declared, degradation, abort or override");
            if (!Enum.TryParse<FailureSignal>(signal, ignoreCase: true, out _))
                throw new LineException(
                    $"expected incident, rollback, revert, hotfix, declared, degradation, abort or override, not '{signal}'");
            reasons.Add(line.Peek() is null or "," ? signal : $"{signal} {line.Take("its evidence")}");
        }

        return new Expectation(
            line.Number, line.Content, reasons.Count == 0 ? "failed" : "failed " + Joined(reasons), measured =>
            {
                if (measured.Row(id) is not { } row) return (false, "not in the ledger");
                var actual = Evidence(measured, id).ToList();
                var met = row.Failed
                    && (reasons.Count == 0
                        || (reasons.All(reason => actual.Exists(one => Meets(one, reason)))
                            && actual.TrueForAll(one => reasons.Exists(reason => Meets(one, reason)))));
                return (met, row.Failed ? "failed " + Joined(actual) : "not failed");
            });

        static bool Meets(string actual, string reason) =>
            actual == reason || (!reason.Contains(' ') && actual.StartsWith(reason + " ", StringComparison.Ordinal));
    }

    static Expectation ReadShipped(Line line, string name)
    {
        if (line.TryTake("not", "shipped")) return Same(line, "not shipped", measured => Way(measured, name));
        if (line.TryTake("shipped", "in"))
        {
            var expected = $"shipped in {line.Take("a deployment")}";
            if (line.TryTake("by"))
                expected += $" by {line.TakeRest("declared, ancestry, merge sha, push range, compare, artifact or gitops").Replace('_', ' ')}";
            return Same(
                line, expected,
                measured => Way(measured, name, withMethod: expected.Contains(" by ", StringComparison.Ordinal)));
        }

        if (line.TryTake("not", "counted", "because"))
        {
            return Same(
                line, line.TakeRest("merge commit, bot or squash of #7"),
                measured =>
                    Each(measured, name, change => change.NotCountedBecause is { } why ? measured.Named(why) : "counted"));
        }

        if (!name.StartsWith('#') && line.TryTake("of"))
            return Same(
                line, line.Take("a change's number such as #7, or none"),
                measured => Each(measured, name, change => change.Change is { } number ? $"#{number}" : "none"));
        if (line.TryTake("counted"))
            return Same(
                line, "counted",
                measured =>
                    Each(
                        measured, name,
                        change =>
                            change.NotCountedBecause is { } why ? $"not counted because {measured.Named(why)}" : "counted"));
        if (line.TryTake("lead", "time")) return Stage(line, name, change => change.LeadSeconds);
        if (line.TryTake("coding")) return Stage(line, name, change => change.Stages.Coding);
        if (line.TryTake("pickup")) return Stage(line, name, change => change.Stages.Pickup);
        if (line.TryTake("review")) return Stage(line, name, change => change.Stages.Review);
        if (line.TryTake("build")) return Stage(line, name, change => change.Stages.Build);
        if (line.TryTake("wait")) return Stage(line, name, change => change.Stages.Wait);
        if (line.TryTake("deploy")) return Stage(line, name, change => change.Stages.Deploy);
        throw line.Expected(
            "shipped in, not shipped, of, counted, not counted because, lead time, coding, pickup, review, build, wait or "
                + "deploy");
    }

    static string Overridden(LedgerRow row) => row.Overridden.IsEmpty ? "not overridden"
        : "overridden by " + Joined(row.Overridden.Select(kind => Rows.Word(kind).Replace('_', ' ')), sorted: false);

    static string Ships(Measured measured, string id)
    {
        var shipped = measured.Shipped.Where(change => change.DeploymentId == id)
            .Select(change =>
                measured.Unit == LeadTimeUnit.Change && change.Change is { } number ? $"#{number}"
                    : measured.NameOf(change.Sha)).ToList();
        return shipped.Count == 0 ? "nothing" : Joined(shipped);
    }

    static string Way(Measured measured, string name, bool withMethod = false)
    {
        var rows = measured.ShippedAs(name)
            .Select(change =>
                $"shipped in {change.DeploymentId}"
                    + (withMethod ? $" by {Rows.Word(change.Method).Replace('_', ' ')}" : "")).Distinct().ToList();
        return rows.Count == 0 ? "not shipped" : Joined(rows);
    }

    static string Each(Measured measured, string name, Func<ShippedChange, string> of)
    {
        var rows = measured.ShippedAs(name).Select(of).Distinct().ToList();
        return rows.Count == 0 ? "not shipped" : Joined(rows);
    }

    static IEnumerable<string> Evidence(Measured measured, string id) => measured.Blames.Where(blame => blame.DeploymentId == id)
        .Select(blame =>
            blame.Signal is FailureSignal.Declared or FailureSignal.Abort or FailureSignal.Override ? Rows.Word(blame.Signal)
                : $"{Rows.Word(blame.Signal)} {measured.Named(blame.Evidence)}").Distinct();

    static string Reasons(Measured measured, string id) => Joined(Evidence(measured, id));

    static Expectation Of(Line line, string id, string expected, Func<LedgerRow, Measured, string> actual) =>
        Same(line, expected, measured => measured.Row(id) is { } row ? actual(row, measured) : "not in the ledger");

    static Expectation Same(Line line, string expected, Func<Measured, string> actual) =>
        new(line.Number, line.Content, expected, measured =>
        {
            var value = actual(measured);
            return (value == expected, value);
        });

    static Expectation Stage(Line line, string name, Func<ShippedChange, double?> of)
    {
        var expected = line.TryTake("none") ? "none" : Spans.Write(line.TakeSpan("a span such as 5m, or none").TotalSeconds);
        return Same(line, expected, measured => Each(measured, name, change => Spans.Write(of(change))));
    }

    static Expectation Count(Line line, Func<Measured, long> of) =>
        Same(line, $"{line.TakeNumber("a whole number")}", measured => $"{of(measured)}");

    static Expectation Span(Line line, Func<Measured, double?> of) =>
        Same(
            line, line.TryTake("none") ? "none" : Spans.Write(line.TakeSpan("a span such as 5m, or none").TotalSeconds),
            measured => Spans.Write(of(measured)));

    static Expectation Decimal(Line line, Func<Measured, double?> of)
    {
        var text = line.Take("a number, or none");
        if (text != "none" && !decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            throw new LineException($"'{text}' is no number: expected one such as 0.25, or none");

        // A number is expected to as many places as it is written with.
        var places = text.IndexOf('.') is >= 0 and var point ? text.Length - point - 1 : 0;
        return Same(
            line, text,
            measured => of(measured) is { } value ? value.ToString($"F{places}", CultureInfo.InvariantCulture) : "none");
    }

    static Expectation Share(Line line, Func<Measured, (long Part, long Of)?> of)
    {
        if (line.TryTake("none")) return Same(line, "none", Actual);
        var part = line.TakeNumber("a share such as '1 of 4', or none");
        line.Require("of");
        return Same(line, $"{part} of {line.TakeNumber("a whole number")}", Actual);

        string Actual(Measured measured) => of(measured) is { } share ? $"{share.Part} of {share.Of}" : "none";
    }

    static string Instant(DateTimeOffset? instant) =>
        instant is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "none";

    static string Joined(IEnumerable<string> texts, bool sorted = true) =>
        string.Join(", ", sorted ? texts.Order(StringComparer.Ordinal) : texts);
}
