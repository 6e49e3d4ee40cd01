using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Demo;

/// <summary>Gathers what is sent and hands it over in the order of time.</summary>
sealed class DemoOutbox(int seed, DemoCalendar year)
{
    const int LinesInBlock = 400;

    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly List<(DateTimeOffset When, int Order, Delivery Delivery)> deliveries = [];
    readonly List<(DateTimeOffset When, int Order, byte[] Line)> lines = [];
    int counter;

    /// <summary>The end of the year: what would happen later is not sent.</summary>
    public DateTimeOffset End => year.End;

    public static string Instant(DateTimeOffset when) => when.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    public static string? Instant(DateTimeOffset? when) => when is { } known ? Instant(known) : null;

    /// <summary>A commit id that nothing but the seed, the repository and the number decides.</summary>
    public string Sha(string repository, int number) => Hash($"commit {repository} {number}");

    /// <summary>A webhook as GitHub sends it.</summary>
    public void GitHub(DateTimeOffset when, string name, object body)
    {
        if (when >= year.End) return;
        var id = Hash($"delivery {counter}");
        deliveries.Add((when, counter++, new Delivery
        {
            Source = "github",
            Headers = Delivery.NoHeaders
                .Add("Content-Type", "application/json")
                .Add("X-GitHub-Event", name)
                .Add("X-GitHub-Delivery", $"{id[..8]}-{id[8..12]}-{id[12..16]}-{id[16..20]}-{id[20..32]}"),
            Body = JsonSerializer.SerializeToUtf8Bytes(body, Plain),
            ReceivedAt = when,
        }));
    }

    /// <summary>One line of our own JSON; lines go out in blocks, as an import sends them.</summary>
    public void Own(DateTimeOffset when, object line)
    {
        if (when < year.End) lines.Add((when, counter++, JsonSerializer.SerializeToUtf8Bytes(line, Plain)));
    }

    /// <summary>Everything, oldest first.</summary>
    public ImmutableArray<Delivery> Deliveries()
    {
        var order = 0;
        var blocks = lines.OrderBy(line => line.When).ThenBy(line => line.Order).Chunk(LinesInBlock)
            .Select(block => (block[^1].When, Order: order++, Delivery: Block(block)));
        return [
            .. deliveries.Concat(blocks).OrderBy(sent => sent.When).ThenBy(sent => sent.Order).Select(sent => sent.Delivery),
        ];
    }

    static Delivery Block((DateTimeOffset When, int Order, byte[] Line)[] block)
    {
        using var body = new MemoryStream();
        foreach (var (_, _, line) in block)
        {
            body.Write(line);
            body.WriteByte((byte)'\n');
        }

        return new Delivery
        {
            Source = "leadline",
            Headers = Delivery.NoHeaders.Add("Content-Type", "application/x-ndjson"),
            Body = body.ToArray(),
            ReceivedAt = block[^1].When,
        };
    }

    string Hash(string text)
    {
#pragma warning disable CA5350 // A commit id is a SHA-1 by definition; nothing is protected by it.
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes($"{seed} {text}")));
#pragma warning restore CA5350
    }
}
