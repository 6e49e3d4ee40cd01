using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Leadline.Sources.Paging;

/// <summary>What an API answered.</summary>
public sealed partial record PageAnswer
{
    public required int Status { get; init; }

    /// <summary>Header names are compared without regard to case.</summary>
    public required ImmutableDictionary<string, string> Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The header's value, or null.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>
    /// The address that the header <c>Link</c> has for this relation, such as <c>next</c> or <c>last</c>; null where it has
    /// none.
    /// </summary>
    public string? Link(string relation)
    {
        foreach (Match link in OneLink().Matches(Header("Link") ?? ""))
        {
            if (link.Groups[2].Value.Split(' ').Contains(relation, StringComparer.OrdinalIgnoreCase))
                return link.Groups[1].Value;
        }

        return null;
    }

    [GeneratedRegex("""<([^<>]*)>[^,<]*?;\s*rel="?([A-Za-z ]+)"?""")]
    private static partial Regex OneLink();
}
