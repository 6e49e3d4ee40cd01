using System.Buffers.Text;
using System.Text;

namespace Leadline.Storage;

/// <summary>Where a page ended: an instant and an id, as one opaque word.</summary>
static class Cursors
{
    public static string Write(DateTimeOffset instant, string id) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{instant.UtcTicks}|{id}"));

    /// <exception cref="FormatException">The word is not one of ours.</exception>
    public static (DateTimeOffset Instant, string Id) Read(string? cursor)
    {
        // Lists are newest first, so that the first page begins at the end of time.
        if (cursor is null) return (new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero), "");
        try
        {
            var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
            var bar = text.IndexOf('|');
            return (new DateTimeOffset(long.Parse(text.AsSpan(0, bar)), TimeSpan.Zero), text[(bar + 1)..]);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or OverflowException)
        {
            throw NotOurs(error);
        }
    }

    public static FormatException NotOurs(Exception? error = null) =>
        new("the cursor is not one that a page ended with: leave it out for the first page", error);

    /// <summary>Several words as one; only the last may hold a bar.</summary>
    public static string Join(params ReadOnlySpan<string> parts) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('|', parts!)));

    /// <summary>The four words of <see cref="Join"/>.</summary>
    /// <exception cref="FormatException">The word is not one of ours.</exception>
    public static string[] Parts(string cursor)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('|', 4);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw NotOurs(error);
        }
    }
}
