using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Experiments;

/// <param name="Experiment">As it is kept; null where it is refused.</param>
/// <param name="Wrong">Why it is refused, each by its key.</param>
public sealed record Registered(RegisteredExperiment? Experiment, ImmutableArray<(string Key, string Sentence)> Wrong)
{
    public string Sentence => string.Join("; ", Wrong.Select(one => $"{one.Key}: {one.Sentence}"));
}

/// <summary>
/// Takes experiments, and stops them. What is kept stays as it is: an experiment that was wrong is stopped, and another
/// registered.
/// </summary>
public sealed class Registering(Store store, Definitions definitions, TimeProvider clock)
{
    public const int LongestReason = 500;

    /// <param name="request">What is asked for.</param>
    /// <param name="by">The name of a token, or <c>local</c>.</param>
    /// <param name="cancellation">Of the asker.</param>
    public async Task<Registered> AddAsync(ExperimentRequest request, string by, CancellationToken cancellation)
    {
        var (experiment, wrong) = await CheckAsync(request, cancellation);
        if (experiment is null) return new Registered(null, wrong);
        return await store.AddExperimentAsync(experiment, by, clock.GetUtcNow(), cancellation)
            ? new Registered(await store.ExperimentAsync(experiment.Name, cancellation), [])
            : new Registered(null, [("name", Taken(experiment.Name))]);
    }

    /// <summary>The experiment, or all that is wrong with what is asked for.</summary>
    public async Task<(Experiment? Experiment, ImmutableArray<(string Key, string Sentence)> Wrong)> CheckAsync(
        ExperimentRequest request, CancellationToken cancellation)
    {
        var (experiment, wrong) = request.Read(definitions);
        if (experiment is null) return (null, wrong);
        var known = await store.OwnedServicesAsync(cancellation);
        List<string> names = [.. known.Select(one => one.Name), .. definitions.Services.Select(one => one.Name.Value)];
        List<(string, string)> unknown =
        [
            .. Unknown("services", experiment.Services, names), .. Unknown("comparison", experiment.Comparison, names),
            .. Unknown(
                "team", experiment.Team is { } team ? [team] : [],
                known.Select(one => one.Team).Concat(definitions.Services.Select(one => one.Team)).OfType<string>()),
            .. Unknown(
                "area", experiment.Area is { } area ? [area] : [],
                known.Select(one => one.Area).Concat(definitions.Services.Select(one => one.Area)).OfType<string>()),
        ];
        if (WhyNoEnvironment(experiment) is { } sentence) unknown.Add(("environment", sentence));
        var scope = ExperimentReader.Scope(experiment, known);
        if (experiment.Comparison.FirstOrDefault(name => scope.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } both)
            unknown.Add(("comparison", $"{both} is where the experiment is: name services where it is not"));
        if (await store.ExperimentAsync(experiment.Name, cancellation) is not null)
            unknown.Add(("name", Taken(experiment.Name)));
        return unknown.Count == 0 ? (experiment, []) : (null, [.. unknown]);
    }

    /// <summary>Registers what <c>leadline.yaml</c> names and the store has not.</summary>
    /// <exception cref="Settings.SettingsException">The file says something else now than when an experiment of that name was
    /// registered.</exception>
    public async Task FromFileAsync(ImmutableArray<Experiment> experiments, CancellationToken cancellation)
    {
        List<string> changed = [];
        foreach (var experiment in experiments)
        {
            if (WhyNoEnvironment(experiment) is { } sentence)
                changed.Add($"experiments.{experiment.Name}.environment: {sentence}");
            else if (await store.AddExperimentAsync(experiment, "leadline.yaml", clock.GetUtcNow(), cancellation)) continue;
            else if (await store.ExperimentAsync(experiment.Name, cancellation) is { } kept
                && !Same(kept.Experiment, experiment))
                changed.Add(
                    $"experiments.{experiment.Name}: it was registered on {kept.At.UtcDateTime:yyyy-MM-dd} with other words, "
                        + "and what was registered stays: give what is new another name, or write again what was");
        }

        if (changed.Count > 0) throw new Settings.SettingsException([.. changed]);
    }

    /// <summary>Null where it was stopped now; else why not, in a sentence.</summary>
    public async Task<(Undoing Outcome, string? Refusal)> StopAsync(
        string name, string? because, string by, CancellationToken cancellation)
    {
        var said = string.IsNullOrWhiteSpace(because) ? null : because.Trim();
        if (said?.Length > LongestReason)
            return (Undoing.DoneBefore, $"the reason is longer than {LongestReason} characters: say it shorter");
        return await store.StopExperimentAsync(name, said, by, clock.GetUtcNow(), cancellation) switch
        {
            Undoing.Unknown =>
                (Undoing.Unknown, $"there is no experiment '{name}': leadline experiment list names those there are"),
            Undoing.DoneBefore => (Undoing.DoneBefore, $"the experiment {name} was stopped before"),
            _ => (Undoing.Done, null),
        };
    }

    string? WhyNoEnvironment(Experiment experiment) =>
        definitions.Environments.Any(known => known.Name.Value == experiment.Environment) ? null
            : $"there is no environment '{experiment.Environment}': there are "
                + $"{string.Join(", ", definitions.Environments.Select(known => known.Name))}";

    static string Taken(string name) => $"an experiment '{name}' was registered before, and stays as it is: choose another name";

    static bool Same(Experiment one, Experiment other) =>
        System.Text.Json.JsonSerializer.Serialize(one, Api.Wire.Json) == System.Text.Json.JsonSerializer.Serialize(
            other, Api.Wire.Json);

    static IEnumerable<(string, string)> Unknown(string key, IEnumerable<string> asked, IEnumerable<string> known)
    {
        var names = known.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return asked.Where(name => !names.Contains(name, StringComparer.OrdinalIgnoreCase))
            .Select(name => (key, $"there is no '{name}'{Nearest.Suggest(name, names)}"));
    }
}
