using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Sources;
using Leadline.Verification;

namespace Leadline.Settings;

/// <summary>
/// Reads what <c>leadline.yaml</c> says of verification; what is wrong with it is among the errors, and what it lacks among what
/// is missing.
/// </summary>
/// <param name="errors">What is wrong is added to it.</param>
/// <param name="environment">Answers the value of an environment variable, or null.</param>
/// <param name="mayLackToken">Whether a variable that is not set is told only when somebody asks.</param>
sealed partial class VerificationSetting(SettingsErrors errors, Func<string, string?> environment, bool mayLackToken)
{
    static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10), Longest = TimeSpan.FromDays(7);

    readonly ImmutableArray<string>.Builder missing = ImmutableArray.CreateBuilder<string>();

    public VerificationSettings Read(Setting setting, Definitions definitions)
    {
        var named = setting["sources"].Below.Select(entry => entry.Name).ToImmutableArray();
        var sources = setting["sources"].Below.Select(entry => Source(entry.Name, entry.Setting)).OfType<MeasureSource>()
            .ToImmutableArray();
        var checks = new List<(string Service, ReleaseCheck Check)>();
        foreach (var (service, below) in setting["services"].Below)
        {
            Refuse(service, below, definitions);
            foreach (var (name, check) in below.Below)
                if (Check(name, check, named, sources) is { } read) checks.Add((service, read));
        }

        return new VerificationSettings(
            sources, [.. checks.OrderBy(one => Glob.IsPattern(one.Service))], missing.DrainToImmutable());
    }

    void Refuse(string service, Setting below, Definitions definitions)
    {
        try
        {
            var glob = new Glob(service, ignoreCase: true);
            var names = definitions.Services.Select(one => one.Name.Value).ToList();
            if (names.Count > 0 && !names.Exists(glob.IsMatch))
                errors.Add(below.At, below.Path, $"there is no service '{service}'{Nearest.Suggest(service, names)}");
        }
        catch (FormatException error)
        {
            errors.Add(below.At, below.Path, error.Message);
        }
    }

    MeasureSource? Source(string name, Setting setting)
    {
        var (api, token) = (setting["api"], setting["token"]);
        string? trouble = null, secret = null;
        if (token.Values is [var one])
        {
            var unset = Variable().Matches(one.Value!).Select(match => match.Groups[1].Value)
                .FirstOrDefault(variable => string.IsNullOrWhiteSpace(environment(variable)));
            if (unset is null) secret = Variable().Replace(one.Value!, match => environment(match.Groups[1].Value)!);
            else if (mayLackToken)
                trouble = $"the environment variable {unset}, which {token.Path} names, is not set, or is empty";
            else errors.Add(one.At, token.Path, $"the environment variable {unset} is not set, or is empty");
        }

        if (api.Text is not { } address)
        {
            Lacks(setting.At, setting.Path, "it has no address: write api: https://…");
            return null;
        }

        if (token.Text is not null && !ApiAddress.IsPrivate(address))
            errors.Add(
                api.Values[0].At, api.Path,
                $"'{address}' would have the token sent for everybody to read: write https, or leave the token out");
        return new MeasureSource(
            name, Word(setting["kind"], MeasureKind.Prometheus), ApiAddress.Parse(address), secret, setting["tenant"].Text,
            trouble);
    }

    ReleaseCheck? Check(string name, Setting setting, ImmutableArray<string> named, ImmutableArray<MeasureSource> sources)
    {
        var (asked, query) = (setting["source"], setting["query"].Text);
        var wanted = asked.Text ?? (named is [var only] ? only : null);
        if (wanted is null || !named.Contains(wanted))
        {
            var of = named.IsEmpty ? "write one below verification.sources" : $"there are {string.Join(", ", named)}";
            if (asked.Text is null)
                Lacks(
                    setting.At, setting.Path,
                    $"it does not say which source is asked: {(named.IsEmpty ? of : $"write source: {named[0]}; {of}")}");
            else
                Lacks(
                    asked.Values[0].At, asked.Path,
                    $"there is no source '{asked.Text}' below verification.sources: {of}{Nearest.Suggest(asked.Text, named)}");
        }

        if (query is null) Lacks(setting.At, setting.Path, "it has no query: write query: …");
        var (after, before) = (Span(setting["after"]), Span(setting["before"]));
        return query is null || sources.FirstOrDefault(one => one.Name == wanted) is not { } source ? null : new ReleaseCheck(
            name, source, query, Word(setting["measures"], MeasureOf.ErrorRate),
            new ComparisonRule(
                Word(setting["worse"], WorseWhen.Higher), Number(setting["tolerance"], 0.1), Number(setting["least"], 0)), after,
                before);
    }

    void Lacks(Place at, string path, string sentence) => missing.Add(errors.Written(at, path, sentence));

    TimeSpan Span(Setting setting)
    {
        if (!Setting.TryParseSpan(setting.Text ?? ReleaseCheck.DefaultSpan, out var span)) return default;
        if (span < Shortest || span > Longest)
            errors.Add(
                setting.Values[0].At, setting.Path,
                $"'{setting.Text}' is no window: write a span from {Shortest.TotalSeconds}s to {Longest.TotalDays}d");
        return span;
    }

    static double Number(Setting setting, double otherwise) =>
        setting.Text is { } text && Setting.TryParseNumber(text, out var number) ? number : otherwise;

    static T Word<T>(Setting setting, T otherwise) where T : struct, Enum =>
        setting.Text is { } word ? Enum.GetValues<T>().First(value => SettingsKey.WordOf(value) == word) : otherwise;

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Variable();
}
