using System.Collections.Immutable;
using System.Text;

namespace Leadline.Settings;

/// <summary>The secrets of a source that are valid now.</summary>
/// <param name="AreSet">Whether the settings name any, also where their files cannot be read now.</param>
/// <param name="Values">The UTF-8 of each.</param>
/// <param name="Trouble">What is wrong with a file of them, in a sentence without a secret; null where nothing is.</param>
sealed record SourceSecrets(bool AreSet, ImmutableArray<byte[]> Values, string? Trouble)
{
    const int Largest = 64 * 1024;

    /// <summary>
    /// Reads files anew each time, through whatever links: one that is replaced, or whose link is turned, is taken by the next
    /// delivery.
    /// </summary>
    public static SourceSecrets Of(LeadlineSettings settings, string source)
    {
        // Anyone can sign with nothing: an empty secret is none.
        var written = settings.Secrets.GetValueOrDefault(source, []).Where(secret => secret.Length > 0);
        var files = settings.SecretFiles.GetValueOrDefault(source, []);
        var values = written.ToList();
        string? trouble = null;
        foreach (var file in files)
        {
            if (Read(file, out var wrong) is { } lines) values.AddRange(lines);
            else trouble = wrong;
        }

        return new SourceSecrets(values.Count > 0 || files.Length > 0, [.. values.Select(Encoding.UTF8.GetBytes)], trouble);
    }

    /// <summary>The secrets of a file, one a line; or null, with a sentence that says why.</summary>
    public static ImmutableArray<string>? Read(string file, out string? wrong)
    {
        wrong = null;
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[Largest + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            ImmutableArray<string> lines =
            [
                .. Encoding.UTF8.GetString(bytes, 0, length).TrimStart('\uFEFF').Split('\n').Select(line => line.Trim())
                    .Where(line => line.Length > 0),
            ];
            if (length > Largest) wrong = $"{file} is larger than {Largest >> 10} KiB: it cannot be one of secrets";
            else if (lines.IsEmpty) wrong = $"{file} holds no secret: write it there, one a line";
            else return lines;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            wrong = $"there is no file {file} to read the secret from";
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            wrong = $"{file} cannot be read: {error.Message}";
        }

        return null;
    }
}
