using System.Collections.Immutable;
using Leadline.Git;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Sources.Paging;

namespace Leadline.Polling;

/// <summary>A source that is asked, and for what.</summary>
/// <param name="Pager">Null for git, which is mirrored.</param>
/// <param name="Api">The address; null for git.</param>
/// <param name="Names">Scopes and patterns.</param>
sealed record AskedSource(string Source, Pager? Pager, Uri? Api, ImmutableArray<string> Tokens, ImmutableArray<string> Names)
{
    /// <summary>In place of tokens.</summary>
    public GitHubAppSetting? App { get; init; }

    /// <summary>Asks its API; git has none.</summary>
    public ApiClient Client(TimeProvider clock) =>
        new(Pager!, Api!, Tokens, clock, app: App is { } app ? new GitHubApp(app, Api!, clock) : null);

    /// <summary>All that can be asked.</summary>
    public static readonly ImmutableArray<string> All = [.. Pagers.All.Select(pager => pager.Source), MirrorReader.Name];

    /// <summary>
    /// What a source has to be asked with and is not there, in a sentence that says what to write; null where nothing is
    /// missing.
    /// </summary>
    /// <param name="source">One of <see cref="All"/>.</param>
    /// <param name="isNamed">Whether it is said what is asked for.</param>
    /// <param name="hasAddress">Whether it is said where it is.</param>
    /// <param name="otherwise">How else it may be said what is asked for.</param>
    public static string? Lacking(string source, bool isNamed, bool hasAddress, string otherwise)
    {
        var pager = Pagers.Find(source);
        if (!isNamed && pager?.Everything is null)
            return $"whose history of {source}? name {pager?.ScopeWord ?? "repositories"} {otherwise}as sources.{source}.scopes";
        return pager is { Api: null } && !hasAddress ? $"where is {source}? write the address of its API as sources.{source}.api"
            : null;
    }

    /// <summary>What the settings say of it; null with a sentence where it cannot be asked.</summary>
    /// <param name="named">Scopes in place of those of the settings, where there are any.</param>
    /// <param name="sentence">What is missing, and what to do.</param>
    public static AskedSource? Of(
        string source, LeadlineSettings settings, IReadOnlyCollection<string> named, out string? sentence)
    {
        sentence = null;
        var set = settings.Apis.GetValueOrDefault(source);
        var pager = Pagers.Find(source);
        var names = named.Count > 0 ? [.. named] : set is { Repositories.IsEmpty: false } ? set.Repositories
            : pager?.Everything is { } everything ? [everything] : ImmutableArray<string>.Empty;
        var address = set?.Address ?? pager?.Api;
        if (!All.Contains(source))
            sentence =
                $"the history of '{source}' cannot be asked for{Nearest.Suggest(source, All)}; there are "
                    + $"{string.Join(", ", All)}";
        else if (set?.Trouble is { } trouble) sentence = trouble;
        else if (Lacking(source, !names.IsEmpty, address is not null, "with --scopes, or ") is { } lacking)
            sentence = $"{lacking} in leadline.yaml";
        else
        {
            var tokens = set?.Tokens ?? [];
            return new AskedSource(
                source, address is null ? pager : pager?.For(address, hasToken: !tokens.IsEmpty || set?.App is not null),
                address, tokens, names)
            { App = set?.App };
        }

        return null;
    }
}
