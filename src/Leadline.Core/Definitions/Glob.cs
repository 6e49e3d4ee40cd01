using System.Text;
using System.Text.RegularExpressions;

namespace Leadline.Core;

/// <summary>
/// A pattern over names and paths: <c>*</c> is anything but a slash, <c>**</c> anything, <c>?</c> one character but a slash,
/// <c>{a,b}</c> either. Without regard to case where asked for.
/// </summary>
public sealed class Glob
{
    const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline;

    readonly StringComparison comparison;
    readonly string? literal;
    readonly string? folder;
    readonly Regex? regex;

    /// <exception cref="FormatException">A brace is not closed.</exception>
    public Glob(string pattern, bool ignoreCase = false)
    {
        comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (!IsPattern(pattern)) literal = pattern;
        else if (pattern.EndsWith("/**", StringComparison.Ordinal) && !IsPattern(pattern[..^2])) folder = pattern[..^2];
        else regex = new Regex(Translate(pattern), Options | (ignoreCase ? RegexOptions.IgnoreCase : 0));
    }

    /// <summary>Whether it may match more than itself.</summary>
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny("*?{") >= 0;

    public bool IsMatch(string text) =>
        literal is not null ? text.Equals(literal, comparison)
        : folder is not null ? text.Length > folder.Length && text.StartsWith(folder, comparison)
        : regex!.IsMatch(text);

    static string Translate(string pattern)
    {
        var result = new StringBuilder("^");
        var open = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            var isDouble = c == '*' && i + 1 < pattern.Length && pattern[i + 1] == '*';
            if (isDouble && i + 2 < pattern.Length && pattern[i + 2] == '/' && (i == 0 || pattern[i - 1] == '/'))
            {
                // Between slashes it may also stand for no folder at all.
                result.Append("(?:.*/)?");
                i += 2;
            }
            else if (isDouble)
            {
                result.Append(".*");
                i++;
            }
            else
            {
                if (c == '{' && open) throw new FormatException($"'{pattern}' nests one brace in another");
                result.Append(c switch
                {
                    '*' => "[^/]*",
                    '?' => "[^/]",
                    '{' => "(?:",
                    '}' when open => ")",
                    ',' when open => "|",
                    _ => Regex.Escape(c.ToString()),
                });
                open = c == '{' || (open && c != '}');
            }
        }

        if (open) throw new FormatException($"'{pattern}' opens a brace and does not close it");
        return result.Append('$').ToString();
    }
}
