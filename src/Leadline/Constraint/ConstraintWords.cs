using System.Collections.Immutable;
using Leadline.Metrics;

namespace Leadline.Constraint;

/// <summary>What journeys are of.</summary>
enum ConstraintSubject { LeadTime, Recovery }

/// <summary>A finding in words.</summary>
sealed class ConstraintWords(ConstraintSubject subject, string about, ComparedFinding compared)
{
    readonly ConstraintFinding finding = compared.Finding;
    readonly bool isLead = subject == ConstraintSubject.LeadTime;

    string Time => isLead ? "lead time" : "recovery time";

    string Median => Human.Span(finding.MedianSeconds);

    StageFinding First => Stage(finding.First!);

    /// <summary>The answer.</summary>
    public string Sentence => finding.Verdict switch
    {
        Verdict.Constraint =>
            $"{Capital(First.Stage)} holds {Human.Share(First.Share)} of {Time} in {about}; {Pace(First)} the median would be "
                + $"{If(First)} instead of {Median}.",
        Verdict.NotSeparated =>
            $"No single constraint of {Time} in {about}: {First.Stage} and {Second!.Stage} cannot be told apart. At the best "
                + $"quartile's pace the median of {Median} would be {If(First)} by the one, {If(Second)} by the other.",
        Verdict.SmallGain =>
            $"No single constraint of {Time} in {about}: even {First.Stage}, the stage that gains most, would only bring the "
                + $"median from {Median} to {If(First)} and save the average {Row} "
                + $"{Human.Span(First.SavedSeconds)}{(First.IntervalSeconds!.Value[0] <= 0 ? ", and that may be chance" : "")}.",
        Verdict.NoneFaster =>
            $"No single constraint of {Time} in {about}: at the best quartile's pace no stage would bring down the median of "
                + $"{Median}. {Capital(Largest.Stage)} holds most of it, {Human.Share(Largest.Share)}, and nothing here shows "
                + "that it can be shorter.",
        Verdict.NothingToCompare =>
            $"No constraint of {Time} can be named in {about}: there is no stage that two {Places} know enough of to be "
                + "compared.",
        Verdict.Unknown =>
            $"No constraint of {Time} can be named in {about}: "
                + $"{(finding.KnownShare > 0 ? $"{Human.Share(1 - finding.KnownShare)} of it lies in no stage that is known" : "nothing is known of its stages")}. {Wanting}",
        _ when finding.Count == 0 =>
            isLead ? $"Nothing that has a lead time was deployed in this window in {about}."
                : $"No failure that began in this window in {about} is over.",
        _ =>
            $"No constraint of {Time} can be named in {about}: {Basis} {(finding.Count == 1 ? "is" : "are")} too few to tell. "
                + $"It takes {ConstraintFinder.LeastClusters} {(isLead ? "deployments" : "failures that are over")}.",
    };

    /// <summary>What follows it; empty where nothing does.</summary>
    public string Evidence => finding switch
    {
        { Verdict: Verdict.Constraint } =>
            $"{Falls} {RunnerUp}",
        { Verdict: Verdict.NotSeparated } =>
            $"{Capital(First.Stage)} would gain {Human.Span(First.GainSeconds)} and {Second!.Stage} "
                + $"{Human.Span(Second.GainSeconds)}; the difference of the two lies between "
                + $"{Between(finding.DifferenceSeconds, " and ")} with 95 % confidence, of {Basis}.",
        { Verdict: Verdict.SmallGain } =>
            $"{Falls} A constraint gains a tenth of the median or more, with an interval above nothing.",
        { Verdict: Verdict.NoneFaster } => $"Of {Basis}.",
        _ => "",
    };

    /// <summary>What is to be known before the numbers are used.</summary>
    public ImmutableArray<string> Notes(Sampled? sampled, Sampled? comparedSampled, long open)
    {
        List<string> notes = [];
        if (compared.With == ComparedWith.Quarters)
            notes.Add(
                $"There is no other service with enough {(isLead ? "changes" : "failures")}, and so no best quartile of "
                    + "services: the quarters of the window are compared with each other, and the best is what this service "
                    + "has already shown that it can do.");
        if (finding.Count > 0)
        {
            if (compared.Before.Length > 0)
                notes.Add($"By the definitions in force {Time} begins with the merge: {Joined(compared.Before)} lie before it.");
            string[] nothing =
            [
                .. finding.Stages.Where(stage => stage.Count == 0).Select(stage => stage.Stage).Except(compared.Before),
            ];
            if (nothing.Length > 0 && finding.KnownShare > 0) notes.Add($"Of {Joined(nothing)} nothing is known.");
            foreach (var stage in finding.Stages.Where(stage => stage.Count > 0 && stage.Count * 2 < finding.Count))
                notes.Add(
                    $"{Capital(stage.Stage)} is known of {stage.Count:N0} of {Rows(finding.Count)} "
                        + $"only{(Holder(stage.Stage) is { } holder ? $"; of the others its time lies in {holder}" : "")}.");
        }

        if (sampled is not null)
            notes.Add(
                $"{sampled.Read:N0} of {Rows(sampled.Of)} were read: those of every deployment whose id has a hash below a "
                    + "bound, the same ones each time.");
        if (comparedSampled is not null && comparedSampled != sampled)
            notes.Add(
                $"Of what they are compared with, {comparedSampled.Read:N0} of {Rows(comparedSampled.Of)} were read likewise.");
        if (!isLead && open > 0)
            notes.Add(
                $"{(open == 1 ? "1 failure that is open is" : $"{open:N0} failures that are open are")} not among them: where "
                    + "their time goes is not known yet.");
        return [.. notes];
    }

    /// <summary>Why a stage has no gain; null where it has one.</summary>
    public string? Because(StageFinding stage) => stage switch
    {
        { Count: 0 } =>
            compared.Before.Contains(stage.Stage) ? "it lies before the beginning, by the definitions"
                : "nothing is known of it",
        { Reference: null } => $"no two {Places} know enough of it to be compared",
        { Others: 0 } => "this is the best quartile itself",
        { Slower: 0 } => $"{(stage.Others == 1 ? "not" : "nowhere")} clearly longer than in {stage.Reference.Place}",
        { GainSeconds: <= 0 } => "what it would save does not reach the median",
        _ => null,
    };

    StageFinding? Second => finding.Second is { } name ? Stage(name) : null;

    StageFinding Largest => finding.Stages.MaxBy(stage => stage.Share ?? 0)!;

    string Places => compared.With == ComparedWith.Services ? "services" : "quarters of the window";

    string Basis => isLead ? $"{Rows(finding.Count)} in {Counted(finding.Clusters, "deployment")}" : Rows(finding.Count);

    /// <summary>What counts of the first stage's gain, and how sure that is.</summary>
    string Falls =>
        $"The median falls by {Human.Span(finding.MedianSeconds - First.MedianIfSeconds)}, the average by "
            + $"{Human.Span(First.SavedSeconds)}: the smaller counts ({Between(First.IntervalSeconds)} with 95 % confidence), "
            + $"of {Basis}.";

    string RunnerUp => Second is not { GainSeconds: > 0 } second ? "No other stage would bring the median down."
        : $"The runner-up is {second.Stage}: {If(second)} instead of {Median}.";

    /// <summary>What sources would have to say.</summary>
    string Wanting
    {
        get
        {
            if (!isLead)
                return "It takes incidents that say when they started and were acknowledged, and deployments that repair.";
            string[] unknown =
            [
                .. finding.Stages.Where(stage => stage.Count * 2 < finding.Count).Select(stage => stage.Stage)
                    .Except(compared.Before),
            ];
            List<string> wanting = [];
            if (unknown.Intersect(["coding", "pickup", "review"]).Any())
                wanting.Add("pull or merge requests with their reviews");
            if (unknown.Contains("build")) wanting.Add("builds");
            if (unknown.Contains("wait") || unknown.Contains("deploy")) wanting.Add("deployments that say when they began");
            return wanting.Count == 0 ? ""
                : $"It takes {Joined(wanting)}: webhooks of the code host and the pipeline bring them.";
        }
    }

    string Pace(StageFinding stage) => compared.With == ComparedWith.Services
        ? $"at the pace of {stage.Reference!.Place}, the best quartile of your {stage.Reference.Among} services,"
        : $"as it ran from {stage.Reference!.Place}, its best quarter of the window,";

    /// <summary>The stage that has the time of one whose end nobody told of; null where none has.</summary>
    static string? Holder(string stage) => stage switch
    {
        "pickup" => "review",
        "build" => "wait",
        "detect" or "acknowledge" or "verify" => "mitigate",
        _ => null,
    };

    StageFinding Stage(string name) => finding.Stages.Single(stage => stage.Stage == name);

    static string If(StageFinding stage) => Human.Span(stage.MedianIfSeconds);

    static string Between(ImmutableArray<double>? interval, string and = " to ") =>
        $"{Human.Span(interval!.Value[0])}{and}{Human.Span(interval.Value[1])}";

    string Row => isLead ? "change" : "failure";

    string Rows(long count) => Counted(count, Row);

    static string Counted(long count, string thing) => count == 1 ? $"1 {thing}" : $"{count:N0} {thing}s";

    static string Joined(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
