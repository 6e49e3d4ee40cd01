using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Leadline.Core;

namespace Leadline.Git;

/// <summary>A tag, or a branch, as it stood when it was looked at.</summary>
/// <param name="Commit">That it stands for in the end.</param>
/// <param name="At">When it was made, as far as git knows.</param>
sealed record MirroredRef(string Name, Sha Commit, DateTimeOffset At)
{
    const string Tags = "refs/tags/";

    /// <summary>Null for a branch.</summary>
    public string? Tag => Name.StartsWith(Tags, StringComparison.Ordinal) ? Name[Tags.Length..] : null;
}

/// <summary>
/// A copy of a repository's branches and tags with all commits and folders and none of the files' contents, in a folder of ours:
/// all that ancestry and touched paths need. Whatever it once held stays in it, also after a forced push.
/// </summary>
sealed partial class GitMirror
{
    readonly string folder, url;
    readonly GitProgram git;

    /// <param name="folder">Its own; made where it is not there.</param>
    /// <param name="url">Where it comes from, by the settings: https, ssh, file or a path.</param>
    /// <param name="token">Shown to that host over HTTP; null where it asks for none.</param>
    public GitMirror(string folder, string url, string? token)
    {
        (this.folder, this.url) = (folder, Directory.Exists(url) ? Path.GetFullPath(url) : url);
        var environment = new Dictionary<string, string>
        {
            ["GIT_ALLOW_PROTOCOL"] = "file:http:https:ssh",
            ["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes",
            ["GIT_CONFIG_COUNT"] = "1",
            ["GIT_CONFIG_KEY_0"] = "http.followRedirects",
            ["GIT_CONFIG_VALUE_0"] = "false",
        };
        if (token is not null)
        {
            environment["GIT_CONFIG_COUNT"] = "2";
            environment["GIT_CONFIG_KEY_1"] = "http.extraHeader";
            environment["GIT_CONFIG_VALUE_1"] = "Authorization: Basic "
                + Convert.ToBase64String(Encoding.UTF8.GetBytes("x-access-token:" + token));
        }

        git = new GitProgram(folder, environment);
    }

    /// <summary>Makes the mirror, or brings it up to date; after whatever stopped it before, it goes on.</summary>
    /// <exception cref="GitException">There is no such repository, or it may not be read; the message says why, without a
    /// token.</exception>
    public async Task FetchAsync(CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder);
            await git.TextAsync(["init", "--bare", "--quiet", "."], cancellation);
            foreach (var (key, value) in ((string, string)[])[
                ("remote.origin.url", url), ("gc.auto", "0"), ("gc.pruneExpire", "never"), ("core.logAllRefUpdates", "false"),
            ])
                await git.TextAsync(["config", "--replace-all", key, value], cancellation);
            await git.TextAsync(
                [
                    "fetch", "--quiet", "--prune", "--no-tags", "--force", "--no-auto-maintenance", "--filter=blob:none",
                    "origin", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*",
                ], cancellation);
        }
        catch (GitRefusedException refusal)
        {
            throw new GitException(
                $"git cannot fetch {Shown(url)}: {refusal.Message.Replace(url, Shown(url), StringComparison.Ordinal)}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GitException($"the mirror {folder} cannot be made: {error.Message}");
        }
    }

    /// <summary>Branches, and tags of commits.</summary>
    public async Task<ImmutableArray<MirroredRef>> RefsAsync(CancellationToken cancellation)
    {
        const string Format =
            "--format=%(refname)%01%(objecttype)%01%(objectname)%01%(*objecttype)%01%(*objectname)%01%(creatordate:unix)";
        var refs = ImmutableArray.CreateBuilder<MirroredRef>();
        foreach (var line in (await git.TextAsync(["for-each-ref", Format, "refs/heads", "refs/tags"], cancellation)).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var part = line.Split('\x01');
            var commit = part[1] == "commit" ? part[2] : part[3] == "commit" ? part[4] : null;
            if (Sha.ParseOrNull(commit) is { } sha)
                refs.Add(
                    new MirroredRef(part[0], sha, GitHistory.Instant(long.TryParse(part[5], out var seconds) ? seconds : 0)));
        }

        return refs.DrainToImmutable();
    }

    /// <summary>How many commits these reach and those do not.</summary>
    public async Task<int> CountAsync(IEnumerable<Sha> tips, IEnumerable<Sha> but, CancellationToken cancellation) =>
        int.Parse(
            await git.TextAsync(["rev-list", "--count", .. Range(tips, but)], cancellation),
            System.Globalization.CultureInfo.InvariantCulture);

    internal static IEnumerable<string> Range(IEnumerable<Sha> tips, IEnumerable<Sha> but) =>
        [.. tips.Select(sha => sha.ToString()), "--not", .. but.Select(sha => sha.ToString()), "--"];

    /// <summary>Without whoever's password somebody wrote into it.</summary>
    public static string Shown(string url) => UserInfo().Replace(url, "$1");

    [GeneratedRegex("^([a-z]+://)[^/@]*@")]
    private static partial Regex UserInfo();
}
