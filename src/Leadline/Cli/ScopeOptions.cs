using System.Collections.Immutable;
using System.CommandLine;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Cli;

/// <summary>
/// <c>--service</c>, <c>--team</c>, <c>--area</c>, <c>--environment</c>, <c>--from</c> and <c>--to</c>: what a number is asked
/// for.
/// </summary>
/// <param name="withWindow">Whether the verb takes the last two; else its window ends now.</param>
public sealed class ScopeOptions(bool withWindow = true)
{
    /// <summary>The window where none is asked for ends now and is this long.</summary>
    public const int DefaultDays = 90;

    readonly Option<string[]> service = new("--service")
    {
        Description = "only this service; may be given several times",
        HelpName = "NAME",
    };
    readonly Option<string> team = new("--team") { Description = "only the services of this team", HelpName = "NAME" };
    readonly Option<string> area = new("--area") { Description = "only the services of this area", HelpName = "NAME" };

    readonly Option<string> environment = new("--environment")
    {
        Description = "the environment of the definitions",
        HelpName = "NAME",
        DefaultValueFactory = _ => EnvironmentDefinition.Production.Name.Value,
    };

    readonly Option<string> from = new("--from")
    {
        Description =
            $"first day (2026-01-01) in the reporting time zone, or an instant; default: {DefaultDays} days before --to",
        HelpName = "TIME",
    };

    readonly Option<string> to = new("--to")
    {
        Description = "the day or instant before which it ends; default: now",
        HelpName = "TIME",
    };

    public void AddTo(Command command)
    {
        command.Add(service);
        command.Add(team);
        command.Add(area);
        command.Add(environment);
        if (!withWindow) return;
        command.Add(from);
        command.Add(to);
    }

    /// <summary>The query string by which the API is asked the same, beginning with <c>environment=</c>.</summary>
    public string QueryString(ParseResult arguments)
    {
        var parts = new List<string> { Part("environment", arguments.GetValue(environment)!) };
        foreach (var name in arguments.GetValue(service) ?? []) parts.Add(Part("service", name));
        foreach (var (key, option) in (ReadOnlySpan<(string, Option<string>)>)[
            ("team", team), ("area", area), ("from", from), ("to", to),
        ])
        {
            if (arguments.GetValue(option) is { } value) parts.Add(Part(key, value));
        }

        return string.Join('&', parts);
    }

    /// <summary>Who is asked about, in the words of the asker; null where all are.</summary>
    public string? About(ParseResult arguments) =>
        Digests.Digest.NameOf(
            arguments.GetValue(service), arguments.GetValue(team) is { } ofTeam ? [ofTeam] : null,
            arguments.GetValue(area) is { } ofArea ? [ofArea] : null);

    /// <summary>The question, or a sentence that says why there is none.</summary>
    public async Task<(MetricsQuery? Query, string? Sentence)> ReadAsync(
        ParseResult arguments, Store store, Definitions definitions, TimeProvider clock, CancellationToken cancellation)
    {
        var zone = definitions.Zone;
        var until = clock.GetUtcNow();
        var since = until;
        try
        {
            if (arguments.GetValue(to) is { } toText) until = Instants.Parse(toText, zone, "--to");
            since = arguments.GetValue(from) is { } fromText ? Instants.Parse(fromText, zone, "--from")
                : until.AddDays(-DefaultDays);
        }
        catch (FormatException error)
        {
            return (null, error.Message);
        }

        if (since >= until) return (null, $"the window is empty: it begins at {since:u} and ends at {until:u}");

        var name = arguments.GetValue(environment)!;
        if (!definitions.Environments.Any(known => known.Name.Value == name))
            return (null, $"there is no environment '{name}'; the definitions have "
                + $"{Names(definitions.Environments.Select(known => known.Name.Value))}");

        var (services, sentence) = await ServicesAsync(arguments, store, cancellation);
        return sentence is null ? (new MetricsQuery(services, name, since, until), null) : (null, sentence);
    }

    async Task<(ImmutableArray<string>? Services, string? Sentence)> ServicesAsync(
        ParseResult arguments, Store store, CancellationToken cancellation)
    {
        var names = arguments.GetValue(service) ?? [];
        var (ofTeam, ofArea) = (arguments.GetValue(team), arguments.GetValue(area));
        if (names.Length == 0 && ofTeam is null && ofArea is null) return (null, null);

        var known = await store.OwnedServicesAsync(cancellation);
        if (names.FirstOrDefault(name => !known.Any(entry => entry.Name == name)) is { } unknown)
            return (null, $"there is no service '{unknown}'; the store has {Names(known.Select(entry => entry.Name))}");
        if (ofTeam is not null && !known.Any(entry => entry.Team == ofTeam))
            return (null, $"no service belongs to a team '{ofTeam}'; there are {Names(known.Select(entry => entry.Team))}");
        if (ofArea is not null && !known.Any(entry => entry.Area == ofArea))
            return (null, $"no service belongs to an area '{ofArea}'; there are {Names(known.Select(entry => entry.Area))}");

        var asked = known
            .Where(entry => names.Length == 0 || names.Contains(entry.Name))
            .Where(entry => ofTeam is null || entry.Team == ofTeam)
            .Where(entry => ofArea is null || entry.Area == ofArea)
            .Select(entry => entry.Name)
            .ToImmutableArray();
        return asked.IsEmpty ? (null, "no service fits --service, --team and --area together") : (asked, null);
    }

    static string Names(IEnumerable<string?> names)
    {
        var distinct = names.OfType<string>().Distinct().Order(StringComparer.Ordinal).ToArray();
        return distinct.Length switch
        {
            0 => "none yet",
            <= 10 => string.Join(", ", distinct),
            _ => string.Join(", ", distinct[..10]) + $" and {distinct.Length - 10} more",
        };
    }

    static string Part(string key, string value) => $"{key}={Uri.EscapeDataString(value)}";
}
