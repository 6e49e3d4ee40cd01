using System.Text.RegularExpressions;

namespace Leadline.Core;

/// <summary>What a commit message says about other commits, changes and incidents.</summary>
/// <param name="Reverts">The commits (their digits) and changes (<c>#7</c>) that it reverts, separated by spaces; null for
/// none.</param>
/// <param name="Mentions">Issue and incident keys (<c>SHOP-12</c>, <c>#45</c>), separated by spaces; null for none.</param>
public readonly partial record struct CommitMessage(string? Reverts, string? Mentions)
{
    /// <summary>
    /// Reads git's, GitHub's and GitLab's own words for a revert, also of several, and every key in the message.
    /// </summary>
    public static CommitMessage Parse(string? message)
    {
        if (string.IsNullOrEmpty(message)) return default;
        return new CommitMessage(FindReverts(message), FindMentions(message));
    }

    /// <summary>Whether the keys, as <see cref="Mentions"/> holds them, hold this one; without regard to case.</summary>
    public static bool Names(string? mentions, string key)
    {
        if (mentions is null) return false;
        foreach (var range in mentions.AsSpan().Split(' '))
            if (mentions.AsSpan()[range].Equals(key, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>
    /// The lines below the first that name what may be a version of an application, as the commits of configuration repositories
    /// do: at most twelve, each cut at 200 characters. Null where there are none.
    /// </summary>
    public static string? Naming(string? message)
    {
        const int mostLines = 12, longestLine = 200;
        if (message?.IndexOf('\n') is not (>= 0 and var end)) return null;
        List<string>? found = null;
        foreach (var range in message.AsSpan(end).Split('\n'))
        {
            var line = message.AsSpan(end)[range].Trim();
            if (line.Length > longestLine) line = line[..longestLine];
            if (line.IsEmpty || VersionNames.In(line).Count == 0) continue;
            (found ??= []).Add(line.ToString());
            if (found.Count == mostLines) break;
        }

        return found is null ? null : string.Join('\n', found);
    }

    static string? FindReverts(string message)
    {
        if (!message.Contains("evert", StringComparison.Ordinal)) return null;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Match match in RevertedCommits().Matches(message))
            foreach (Capture sha in match.Groups["sha"].Captures) found.Add(sha.Value.ToLowerInvariant());
        foreach (Match match in RevertedChanges().Matches(message))
            foreach (Capture number in match.Groups["number"].Captures) found.Add("#" + number.Value);
        return found.Count == 0 ? null : string.Join(' ', found);
    }

    static string? FindMentions(string message)
    {
        if (!message.AsSpan().ContainsAnyInRange('0', '9') && !FixWord().IsMatch(message)) return null;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Match match in Key().Matches(message)) found.Add(match.Value);
        foreach (Match match in FixedKey().Matches(message)) found.Add(match.Groups[1].Value);
        return found.Count == 0 ? null : string.Join(' ', found);
    }

    [GeneratedRegex(@"[Tt]his reverts commits? (?<sha>[0-9a-fA-F]{7,64})\b(?:(?:,? and |, ?)(?<sha>[0-9a-fA-F]{7,64})\b)*")]
    private static partial Regex RevertedCommits();

    // In the title of a squashed revert the number in the quoted title is what is reverted, the one after it the revert's own.
    [GeneratedRegex("""
        (?:\bReverts[ ][\w./-]*\#|^Revert[ ][\w./-]*\#|[Tt]his[ ]reverts[ ]merge[ ]request[ ][\w./-]*!)(?<number>\d+)
            (?:(?:,?[ ]and[ ]|,[ ]?)[\w./-]*[\#!](?<number>\d+))*
        | ^Revert[ ]["'].*\(\#(?<number>\d+)\)["']
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex RevertedChanges();

    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]*-?\d+\b|#\d+")]
    private static partial Regex Key();

    [GeneratedRegex(@"\b(?:[Ff]ix|[Cc]lose|[Rr]esolve)")]
    private static partial Regex FixWord();

    [GeneratedRegex(@"\b(?:[Ff]ix(?:es|ed)?|[Cc]lose[sd]?|[Rr]esolve[sd]?):? ([^\s,.;:()]+)")]
    private static partial Regex FixedKey();
}
