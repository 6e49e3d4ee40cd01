using System.Text.Json;

namespace Leadline.Sources.Paging;

/// <summary>
/// A part of the span that is asked for by itself, because an API lists no more than so many things, or so long a time, at once.
/// </summary>
sealed record Window(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The parts of a span, the newest first; each begins where the one before it in time ends.</summary>
    public static IEnumerable<Window> Of(DateTimeOffset from, DateTimeOffset to, TimeSpan longest)
    {
        for (var end = to; end > from; end -= longest) yield return new Window(end - longest > from ? end - longest : from, end);
    }

    /// <summary>Both halves, the newer first; none where it is too short to be halved.</summary>
    public IEnumerable<Window> Halves()
    {
        var half = From + TimeSpan.FromSeconds(Math.Floor((To - From).TotalSeconds / 2));
        return half > From && half < To ? [new Window(half, To), new Window(From, half)] : [];
    }

    /// <summary>As a request carries it along.</summary>
    public string About() => $$"""{"from":"{{Envelope.Written(From)}}","to":"{{Envelope.Written(To)}}"}""";

    public static Window Parse(string about)
    {
        using var document = JsonDocument.Parse(about);
        return new Window(document.RootElement.InstantOf("from")!.Value, document.RootElement.InstantOf("to")!.Value);
    }
}
