using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Leadline.Core;

namespace Leadline.Sources.LaunchDarkly;

/// <summary>Reads LaunchDarkly's webhooks: that a flag was turned on or off in an environment.</summary>
public sealed partial class LaunchDarklyReader : SourceReader
{
    const string ServiceTag = "service:";

    public override string Source => "launchdarkly";

    public override int Version => 1;

    public override SourceDescription About => new(
        "LaunchDarkly", "flags that are switched",
        "X-LD-Signature: the HMAC-SHA256 of the body");

    public override PersonalFields Personal { get; } = new(
        People: ["member", "token", "app"], Strings: ["title", "markdownTitle", "email", "firstName", "lastName"],
        Texts: ["description", "shortDescription", "comment"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "X-LD-Signature", "", secret);

    public override Reading Read(Delivery delivery)
    {
        var entry = delivery.Json(LaunchDarklyJson.Default.AuditEntry);
        if (entry.Kind != "flag") return Reading.Ignored($"{entry.Kind ?? "a nameless thing"} is no flag");
        var switched = (entry.Accesses ?? []).OfType<FlagAccess>().Where(access => access.Action == "updateOn")
            .Select(access => Resource().Match(access.Resource ?? "")).Where(match => match.Success).ToList();
        if (switched.Count == 0) return Reading.Ignored("the flag was changed, but turned neither on nor off");
        if (Times.Parse(entry.Date, "date") is not { } at) return Reading.Ignored("it does not say when it happened");
        var facts = ImmutableArray.CreateBuilder<Fact>();
        foreach (var match in switched)
        {
            var (project, environment, flag) =
                (match.Groups["project"].Value, match.Groups["environment"].Value, match.Groups["flag"].Value);
            if (IsOn(entry, environment) is not { } on) continue;
            facts.Add(new FlagChangeFact
            {
                Id = $"launchdarkly:{entry.Id ?? $"{at.UtcTicks}"}:{environment}:{flag}",
                Flag = flag,
                Service = ServiceOf(entry, match.Groups["tags"].Value) ?? project,
                Environment = environment,
                On = on,
                ChangedAt = at,
                AsOf = at,
            });
        }

        return facts.Count == 0 ? Reading.Ignored("it does not say whether the flag is on")
            : Reading.Of(facts.DrainToImmutable());
    }

    /// <summary>As the flag stands in that environment after it, or as the entry's words say.</summary>
    static bool? IsOn(AuditEntry entry, string environment) =>
        entry.CurrentVersion?.Environments?.GetValueOrDefault(environment)?.On
        ?? (entry.TitleVerb?.StartsWith("turned on", StringComparison.Ordinal) == true ? true
            : entry.TitleVerb?.StartsWith("turned off", StringComparison.Ordinal) == true ? false : null);

    static string? ServiceOf(AuditEntry entry, string tags) =>
        tags.Split(',').Concat(entry.CurrentVersion?.Tags ?? []).OfType<string>()
            .FirstOrDefault(tag =>
                tag.StartsWith(ServiceTag, StringComparison.Ordinal) && tag.Length > ServiceTag.Length)?[ServiceTag.Length..];

    [GeneratedRegex("^proj/(?<project>[^:;]+)[^:]*:env/(?<environment>[^:;]+)[^:]*:flag/(?<flag>[^:;]+)(?:;(?<tags>.*))?$")]
    private static partial Regex Resource();
}
