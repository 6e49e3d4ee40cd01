using System.Text.RegularExpressions;

namespace Leadline.Settings;

/// <summary>The address of a source's API, as the settings write it.</summary>
static partial class ApiAddress
{
    /// <summary>Without a user, a query or a fragment; over http only on this machine.</summary>
    public const string Pattern = @"(https://[^\s/?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?)(/[^\s?#@]*)?";

    /// <summary>The same, over http on any machine.</summary>
    public const string ServerPattern = @"https?://[^\s/?#@]+(/[^\s?#@]*)?";

    /// <summary>Whether a token sent there can be read by nobody on the way.</summary>
    public static bool IsPrivate(string text) => Whole().IsMatch(text);

    /// <summary>
    /// Why it is no address of a server, in a sentence; null where it is one. What may hold a password is not repeated.
    /// </summary>
    public static string? WhyNoServer(string text) =>
        WholeServer().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out _) ? null
            : $"{(text.Contains('@') ? "it" : $"'{text}'")} is no address of a server: write one such as "
                + "https://prometheus.example.com/ or http://prometheus:9090/";

    /// <summary>Why it is none, in a sentence; null where it is one. What may hold a password is not repeated.</summary>
    public static string? WhyNot(string text)
    {
        if (Whole().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out _)) return null;
        var shown = text.Contains('@') ? "it" : $"'{text}'";
        return text.StartsWith("http://", StringComparison.Ordinal) && !text.Contains('@')
            ? $"{shown} would have the token sent for everybody to read: write https"
            : $"{shown} is no address of an API: write one such as https://github.example.com/api/v3/";
    }

    /// <summary>With a slash at its end, so that paths lie below it.</summary>
    public static Uri Parse(string text) => new(text.EndsWith('/') ? text : text + "/");

    [GeneratedRegex($@"^{Pattern}\z")]
    private static partial Regex Whole();

    [GeneratedRegex($@"^{ServerPattern}\z")]
    private static partial Regex WholeServer();
}
