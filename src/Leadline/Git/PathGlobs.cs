using System.Text;

namespace Leadline.Git;

/// <summary>Writes the globs of <c>leadline.yaml</c> in git's words.</summary>
static class PathGlobs
{
    /// <summary>
    /// Pathspecs from the repository's root. git knows no braces, so each choice becomes a pathspec of its own; its brackets are
    /// ordinary characters to us.
    /// </summary>
    /// <exception cref="GitException">A brace is not closed, or nested.</exception>
    public static IEnumerable<string> ToPathspecs(IReadOnlyList<string> globs)
    {
        foreach (var glob in globs)
        {
            try
            {
                _ = new Core.Glob(glob);
            }
            catch (FormatException error)
            {
                throw new GitException($"--paths: {error.Message}");
            }
        }

        return globs.SelectMany(Choices).Select(glob => ":(top,glob)" + Escape(glob.Trim('/')));
    }

    static IEnumerable<string> Choices(string glob)
    {
        var open = glob.IndexOf('{');
        var close = open < 0 ? -1 : glob.IndexOf('}', open);
        return close < 0 ? [glob]
            : glob[(open + 1)..close].Split(',').SelectMany(choice => Choices(glob[..open] + choice + glob[(close + 1)..]));
    }

    static string Escape(string glob)
    {
        var escaped = new StringBuilder();
        foreach (var c in glob)
        {
            if (c is '[' or ']' or '\\') escaped.Append('\\');
            escaped.Append(c);
        }

        return escaped.ToString();
    }
}
