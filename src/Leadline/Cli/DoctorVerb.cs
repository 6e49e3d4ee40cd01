using System.Collections.Immutable;
using System.CommandLine;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Verification;

namespace Leadline.Cli;

/// <summary><c>leadline doctor</c>: what the store holds, and what to mend.</summary>
public static class DoctorVerb
{
    /// <summary>Of each source and kind so many; the API has them all.</summary>
    const int MostUnmapped = 10;

    /// <summary>What doctor found.</summary>
    /// <param name="Mend">Each a sentence that says what is wrong and what to do.</param>
    /// <param name="Notes">What is worth knowing and needs nobody's hand.</param>
    sealed record Findings(
        bool Healthy, string Definitions, string? Judged, StoreHealth Store, ImmutableArray<SourceState> Sources,
        ImmutableArray<string> Mend, ImmutableArray<string> Notes);

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "doctor",
            "Looks at the store, the definitions and the sources, and says in words what to mend. Exit code 1 when there is "
                + "something.");
        var store = new StoreOptions();
        var json = new Option<bool>("--json") { Description = "print the findings as JSON" };
        store.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
            if (opened is null) return ExitCode.Misuse;
            var findings = await ExamineAsync(opened, clock, cancellation);
            if (arguments.GetValue(json)) terminal.WriteJson(findings);
            else Write(findings, terminal, clock.GetUtcNow());
            return findings.Healthy ? ExitCode.Done : ExitCode.CheckFailed;
        });
        return verb;
    }

    static async Task<Findings> ExamineAsync(OpenedStore opened, TimeProvider clock, CancellationToken cancellation)
    {
        var health = await opened.Store.HealthAsync(cancellation);
        var sources = await SourceStates.OfAsync(opened.Store, opened.Definitions, opened.Sources, cancellation);
        var history = await opened.Store.DefinitionsHistoryAsync(cancellation);
        var judged = history.IsEmpty ? null : history.MaxBy(version => version.InForceFrom)!.Hash;
        ImmutableArray<string> mend =
        [
            .. Mend(health, sources, opened.Hash, judged),
            .. await ChecksAnswered.WhyNotAsync(opened.Verification, clock, cancellation),
        ];
        return new Findings(
            mend.IsEmpty, opened.Hash, judged, health, sources, mend,
            [.. Notes(health, sources), .. ChecksAnswered.Notes(opened.Verification, opened.Definitions)]);
    }

    static IEnumerable<string> Mend(StoreHealth health, ImmutableArray<SourceState> sources, string hash, string? judged)
    {
        if (health.Deliveries == 0)
        {
            foreach (var unasked in sources.Select(SourceStates.Unasked).OfType<string>()) yield return unasked;
            yield return "The store is empty. Send an event with 'leadline event', a file with 'leadline import', or look at "
                + "'leadline serve --demo'.";
            yield break;
        }

        if (judged is not null && judged != hash)
            yield return "The definitions are not the ones that the store was judged by. 'leadline replay' or the next "
                + "'leadline serve' judges it again.";
        if (health.Unreadable > 0)
        {
            yield return $"{Count(health.Unreadable, "delivery is", "deliveries are")} unreadable: the sender or the reader "
                + "breaks a promise. "
                + "'leadline deliveries list --outcome unreadable' says why; a newer reader reads them again by itself, "
                + "'leadline deliveries retry --unreadable' does it now.";
        }

        if (health.Unread > 0 || health.StaleServices > 0)
        {
            yield return $"{Count(health.Unread, "delivery is", "deliveries are")} not read yet and "
                + $"{Count(health.StaleServices, "service is", "services are")} "
                + "not judged since their facts changed. 'leadline serve' catches up by itself; 'leadline replay' does it now.";
        }

        foreach (var one in sources.SelectMany(source => source.Unmapped.Where(one => one.Kind != "commit").Take(MostUnmapped)))
            yield return one.Sentence + ".";
        foreach (var skew in sources.Select(SourceStates.Skew).OfType<string>()) yield return skew;
        foreach (var unasked in sources.Select(SourceStates.Unasked).OfType<string>()) yield return unasked;

        if (health.IncidentsUnlinked > 0)
        {
            yield return $"{Count(health.IncidentsUnlinked, "incident is", "incidents are")} linked to no deployment. Name "
                + "the deployment or its sha in the incident, "
                + "its key in the commit that fixes it, or widen definitions.failure.incident_window.";
        }

        if (health.Gaps > 0)
        {
            yield return $"{Count(health.Gaps, "deployment ships", "deployments ship")} nothing because the commits between "
                + "it and the one before are not known. "
                + "Import the missing commits with 'leadline import'.";
        }

        if (health.UnknownShas > 0)
        {
            yield return $"{Count(health.UnknownShas, "deployment names", "deployments name")} a sha of no commit that we know. "
                + "Send the repository's commits: by webhook, or with 'leadline import'.";
        }

        if (health.NoShas > 0)
        {
            yield return $"{Count(health.NoShas, "deployment names", "deployments name")} no commit and no known version. "
                + "Send the sha with the deployment, or the tag that its version names.";
        }

        if (health.ShortShas > 0)
        {
            yield return $"{Count(health.ShortShas, "deployment names", "deployments name")} a short sha with which no commit "
                + "that we know begins, or several do. "
                + "Send the whole sha, or the repository's commits: by webhook, or with 'leadline import'.";
        }

        if (health.OfConfiguration > 0)
        {
            yield return $"{Count(health.OfConfiguration, "deployment is", "deployments are")} of a configuration "
                + "repository's commit from which nothing leads to a commit of the service. "
                + "Name the application's sha, tag or image in the configuration repository's commits and send those, or send "
                + "the application's git tags and images.";
        }

        if (health.NegativeLeadTimes > 0)
        {
            yield return $"{Count(health.NegativeLeadTimes, "commit was", "commits were")} deployed before it was written: "
                + "the clocks of two machines disagree. "
                + "'leadline explain lead_time' lists them; they stay in the numbers as they are.";
        }
    }

    static IEnumerable<string> Notes(StoreHealth health, ImmutableArray<SourceState> sources)
    {
        if (health is { Deployments: 0, Deliveries: > 0 })
            yield return "No deployment has arrived yet: there is nothing to measure.";
        if (health is { Incidents: 0, Deployments: > 0 })
            yield return "No incident has arrived yet: failures are seen only by rollbacks, reverts, hotfixes and what "
                + "deployments declare.";
        foreach (var source in sources.Where(source => source is { Deliveries: > 0, Facts: 0 }))
            yield return $"Nothing that {source.Source} sent held a fact.";
        foreach (var again in sources.Select(SourceStates.Again).OfType<string>()) yield return again;
        foreach (var missed in sources.Select(SourceStates.Missed).OfType<string>()) yield return missed;

        // Whoever lists services may mean to leave out the rest.
        foreach (var one in sources.SelectMany(source => source.Unmapped.Where(one => one.Kind == "commit").Take(MostUnmapped)))
            yield return one.Sentence + ".";
    }

    static void Write(Findings findings, Terminal terminal, DateTimeOffset now)
    {
        var health = findings.Store;
        var output = terminal.Raw;
        output.WriteLine($"store        {health.Address} ({health.Engine}, schema {health.SchemaVersion})");
        output.WriteLine($"definitions  {findings.Definitions}");
        output.WriteLine($"deliveries   {health.Deliveries:N0}");
        output.WriteLine(
            $"facts        {health.Commits:N0} commits, {health.Deployments:N0} deployments, {health.Incidents:N0} incidents");
        output.WriteLine($"ledger       {health.LedgerRows:N0} rows");
        foreach (var source in findings.Sources)
        {
            var last = source.LastReceivedAt is { } time ? $", last {Human.Span((now - time).TotalSeconds)} ago" : "";
            var skew = source.ClockSkewSeconds is { } seconds
                ? $", received {Human.Span(Math.Abs(seconds))} {(seconds < 0 ? "before" : "after")} what it says" : "";
            output.WriteLine($"source       {source.Source}: {source.Deliveries:N0} deliveries, {source.Facts:N0} with facts, "
                + $"{source.Ignored:N0} ignored, {source.Unreadable:N0} unreadable{last}{skew}");
        }

        output.WriteLine();
        foreach (var note in findings.Notes) output.WriteLine("note  " + note);
        foreach (var sentence in findings.Mend) output.WriteLine("mend  " + sentence);
        if (findings.Healthy) output.WriteLine("Nothing to mend.");
    }

    static string Count(long count, string one, string many) => $"{count:N0} {(count == 1 ? one : many)}";
}
