using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Leadline.Api;
using Leadline.Metrics;
using Leadline.Web;

namespace Leadline.Digests;

/// <summary>How a digest is written.</summary>
public enum DigestFormat
{
    Markdown,

    /// <summary>As Slack and what is compatible with it take a message: <c>{"text":…}</c>, with their own marks.</summary>
    Slack,

    /// <summary>The numbers themselves.</summary>
    Json,
}

/// <summary>Writes a digest for people: a sentence a question, each with its n and interval.</summary>
sealed class DigestText
{
    readonly StringBuilder text = new();
    readonly Digest digest;
    readonly Uri? server;
    readonly bool isSlack;
    readonly TimeZoneInfo zone;
    readonly string before;

    DigestText(Digest digest, Uri? server, bool isSlack)
    {
        (this.digest, this.server, this.isSlack) = (digest, server, isSlack);
        zone = TimeZoneInfo.FindSystemTimeZoneById(digest.Report.Timezone);
        var days = (int)Math.Round((digest.Report.To - digest.Report.From).TotalDays);
        before = days switch { 7 => "the week before", 1 => "the day before", _ => $"the {days} days before" };
    }

    /// <param name="server">Where its pages are; null leaves the links out.</param>
    public static string Write(Digest digest, DigestFormat format, Uri? server) => format switch
    {
        DigestFormat.Json => JsonSerializer.Serialize(digest, Wire.Json) + "\n",
        DigestFormat.Slack =>
            JsonSerializer.Serialize(new { text = new DigestText(digest, server, isSlack: true).Write() }, Wire.Json) + "\n",
        _ => new DigestText(digest, server, isSlack: false).Write(),
    };

    public static string MediaType(DigestFormat format) =>
        format == DigestFormat.Markdown ? "text/markdown" : "application/json";

    string Write()
    {
        var (report, old) = (digest.Report, digest.Before.Metrics);
        var (frequency, lead, failure, recovery, rework) = (
            report.Metrics.DeploymentFrequency, report.Metrics.LeadTime, report.Metrics.ChangeFailureRate,
            report.Metrics.RecoveryTime, report.Metrics.ReworkRate);
        var environment = report.Scope.Environment;
        Heading($"{digest.About ?? "All services"}: {Shown.When(report.From, zone)} to {Shown.When(report.To, zone)}");
        Line(
            $"Deployed {Times(frequency.Deployments)} to "
                + $"{Plain(environment)}{In("95 %", Shown.Between(frequency.Interval, frequency.PerDay))}; {before} "
                + $"{Times(old.DeploymentFrequency.Deployments)}.");
        Line(lead.MedianSeconds is null ? $"Lead time: no data; {before} {Old(old.LeadTime.MedianSeconds, old.LeadTime.Count)}."
            : "Half of the changes were live within "
                + $"{Shown.Span(lead.MedianSeconds, lead.Percentiles)}"
                + $"{In($"n = {lead.Count:N0}", Interval(lead.IntervalSeconds))}; {before} "
                + $"{Old(old.LeadTime.MedianSeconds, old.LeadTime.Count)}.");
        Line(
            failure.Value is null
                ? $"Change failure rate: no data; {before} "
                    + $"{Old(old.ChangeFailureRate.Value, old.ChangeFailureRate.Failed, old.ChangeFailureRate.Deployments)}."
                : $"{Human.Share(failure.Value)} of the deployments failed, {failure.Failed:N0} of "
                    + $"{failure.Deployments:N0}{In("95 %", Shares(failure.Interval))}; {before} "
                    + $"{Old(old.ChangeFailureRate.Value, old.ChangeFailureRate.Failed, old.ChangeFailureRate.Deployments)}.");
        Line(
            recovery.MedianSeconds is null
                ? $"Recovery time: no data{Unended(recovery)}; {before} "
                    + $"{Old(old.RecoveryTime.MedianSeconds, old.RecoveryTime.Count)}."
                : "Half of the failures were over within "
                    + $"{Shown.Span(recovery.MedianSeconds, recovery.Percentiles)}"
                    + $"{In($"n = {recovery.Count:N0}", Interval(recovery.IntervalSeconds))}{Unended(recovery)}; {before} "
                    + $"{Old(old.RecoveryTime.MedianSeconds, old.RecoveryTime.Count)}.");
        Line(
            rework.Value is null
                ? $"Rework rate: no data; {before} "
                    + $"{Old(old.ReworkRate.Value, old.ReworkRate.Rework, old.ReworkRate.Deployments)}."
                : $"{Human.Share(rework.Value)} of the deployments were rework, {rework.Rework:N0} of "
                    + $"{rework.Deployments:N0}{In("95 %", Shares(rework.Interval))}; {before} "
                    + $"{Old(old.ReworkRate.Value, old.ReworkRate.Rework, old.ReworkRate.Deployments)}.");

        List("Deployments that failed", digest.Failed, "/ledger?kind=failed", row =>
            $"{Link($"{row.Service} {row.Version ?? Shown.Short(row.Sha) ?? row.DeploymentId}", Shown.Address(row))}, "
            + $"{Shown.When(row.DeployedAt, zone)}: {Plain(string.Join(", ", row.FailedBecause))}, "
            + (row.RestoredAt is null ? "not over" : $"over after {Human.Span(row.RecoverySeconds)}"));
        List("Open incidents", digest.Open, "/incidents", one =>
            $"{(Shown.IsWebAddress(one.Url) ? Linked(one.Title ?? one.Evidence, one.Url!) : Plain(one.Title ?? one.Evidence))} of {Plain(one.Service)}, since {Shown.When(one.StartedAt, zone)}: "
            + (one.DeploymentId is { } blamed ? $"blames {Link(blamed, Shown.Address(blamed))}" : "blames no deployment"));

        var coverage = report.Coverage;
        var (deployments, unlinked) =
            (coverage.DeploymentsWithChanges + coverage.DeploymentsWithoutChanges, coverage.IncidentsUnlinked);
        text.Append(
            $"\nCoverage: {coverage.DeploymentsWithChanges:N0} of {Shown.Count(deployments, "deployment")} list what they "
                + $"ship; {unlinked:N0} of {Shown.Count(coverage.Incidents, "incident")} are linked to no deployment.");
        if (server is not null) text.Append($" {Link("What the numbers rest on", "/data")}");
        return text.Append('\n').ToString();
    }

    void Heading(string words) => text.Append(isSlack ? $"*{Plain(words)}*\n" : $"# {Plain(words)}\n\n");

    void Line(string sentence) => text.Append(isSlack ? "• " : "- ").Append(sentence).Append('\n');

    void List<T>(string name, ImmutableArray<T> rows, string page, Func<T, string> line)
    {
        if (rows.IsEmpty) return;
        text.Append(isSlack ? $"\n*{name}*\n" : $"\n## {name}\n\n");
        foreach (var row in rows.Take(Digest.MostRows)) Line(line(row));
        if (rows.Length > Digest.MostRows) Line(Link("and more", page));
    }

    static string Times(long count) => count switch { 0 => "not once", 1 => "once", _ => $"{count:N0} times" };

    static string In(string first, string? second) => (first, second) switch
    {
        ("95 %", null) => "",
        ("95 %", _) => $" (95 %: {second})",
        (_, null) => $" ({first})",
        _ => $" ({first}, 95 %: {second})",
    };

    static string? Interval(ImmutableArray<double>? seconds) => Shown.Between(seconds, value => Shown.Span(value));

    static string? Shares(ImmutableArray<double>? shares) => Shown.Between(shares, value => Shown.Ratio(value));

    static string Old(double? seconds, long count) => seconds is null ? Human.NoData : $"{Human.Span(seconds)} (n = {count:N0})";

    static string Old(double? share, long count, long of) =>
        share is null ? Human.NoData : $"{Human.Share(share)}, {count:N0} of {of:N0}";

    static string Unended(RecoveryTime recovery) =>
        recovery.Open == 0 ? "" : $", {recovery.Open:N0} of {Shown.Count(recovery.Count, "failure")} not over";

    /// <summary>A page of the server; only its words where nobody said where that is.</summary>
    string Link(string words, string path) =>
        server is null ? Plain(words) : Linked(words, server.AbsoluteUri.TrimEnd('/') + path);

    string Linked(string words, string address) => isSlack
        ? $"<{address.Replace("|", "%7C", StringComparison.Ordinal).Replace(">", "%3E", StringComparison.Ordinal).Replace("<", "%3C", StringComparison.Ordinal)}|{Plain(words)}>"
        : $"[{Plain(words)}](<"
            + $"{address.Replace("<", "%3C", StringComparison.Ordinal).Replace(">", "%3E", StringComparison.Ordinal)}>)";

    /// <summary>What sources send is text, on one line: neither a mark nor a call to a whole channel.</summary>
    string Plain(string words)
    {
        var plain = new StringBuilder();
        foreach (var letter in words)
        {
            if (char.IsControl(letter)) plain.Append(' ');
            else if (letter is '&' or '<' or '>') plain.Append(letter switch { '&' => "&amp;", '<' => "&lt;", _ => "&gt;" });
            else if (!isSlack && letter is '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~')
                plain.Append('\\').Append(letter);
            else plain.Append(letter);
        }

        return plain.ToString();
    }
}
