using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Leadline.Tests.Sources;

/// <summary>
/// A delivery as its source sends it, in the file <c>NAME.http</c>: headers, a blank line and the body. In the headers
/// <c>{secret}</c> stands for the source's secret, <c>{basic}</c> for a user with it as the password, and
/// <c>{hmac-sha256-hex}</c> for the body's signature with it; <c>{timed}</c> for that of the header's own <c>t=</c> and the
/// body, <c>{standard-webhook}</c> for that of <c>webhook-id</c>, <c>webhook-timestamp</c> and the body. What an address has
/// after <c>?token=</c> stands among the headers, as <see cref="Delivery.AddressToken"/>.
/// </summary>
sealed class Recording
{
    public const string Secret = "the secret of Acme";

    static readonly Intake Intake = new(new byte[32]);

    readonly ImmutableArray<(string Name, string Value)> headers;

    Recording(SourceReader reader, string file)
    {
        (Reader, File) = (reader, file);
        var text = System.IO.File.ReadAllText(file);
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        headers = [.. text[..end].Split('\n').Select(line => line.Split(": ", 2)).Select(pair => (pair[0], pair[1]))];
        Body = Encoding.UTF8.GetBytes(text[(end + 2)..]);
    }

    Recording(SourceReader reader, string file, ImmutableArray<(string Name, string Value)> headers, byte[] body) =>
        (Reader, File, this.headers, Body) = (reader, file, headers, body);

    public SourceReader Reader { get; }

    public string File { get; }

    public string Name => Path.GetFileNameWithoutExtension(File);

    public byte[] Body { get; }

    /// <summary>What its source has sent, as the server takes it in.</summary>
    public Delivery Delivery => SignedWith(Secret);

    /// <summary>The same, proved by another secret.</summary>
    public Delivery SignedWith(string secret) => Of(headers.Select(header => (header.Name, Filled(header.Value, secret))));

    /// <summary>The same without what proves its sender.</summary>
    public Delivery Unsigned => Of(headers.Where(header => Filled(header.Value, Secret) == header.Value));

    /// <summary>The same as the log keeps it.</summary>
    public Delivery Kept => Intake.Prepare(Reader, Delivery).Delivery;

    /// <summary>What the server makes of it.</summary>
    public Reading Read() => Readings.Read(new StoredDelivery(1, Kept, 0, "unread", null), NullLogger.Instance).Reading;

    /// <summary>The folder of this name in <c>src/Leadline.Sources</c> holds the reader, the one here its recordings.</summary>
    public static string FolderOf(SourceReader reader) => reader.GetType().Namespace!.Split('.')[^1];

    public static string PathOf(SourceReader reader) =>
        Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Sources", FolderOf(reader));

    public static IEnumerable<Recording> Of(SourceReader reader) => Directory.Exists(PathOf(reader))
        ? Directory.EnumerateFiles(PathOf(reader), "*.http").Order(StringComparer.Ordinal)
            .Select(file => new Recording(reader, file))
        : [];

    /// <summary>
    /// A file that holds a body alone, with what its sender says beside it, proved in each of the ways in which the source's
    /// recordings are.
    /// </summary>
    public static ImmutableArray<Recording> OfBody(
        SourceReader reader, string file, ImmutableDictionary<string, string> beside) =>
    [
        .. Of(reader).Select(recording => recording.Proof)
            .DistinctBy(proof => string.Join('\n', proof.Select(header => $"{header.Name}: {header.Value}")))
            .Select(proof => new Recording(
                reader, file,
                [
                    .. proof.Select(header => header.Name == "webhook-id" ? (header.Name, Path.GetFileName(file)) : header),
                    .. beside.Select(header => (header.Key, header.Value)),
                ], System.IO.File.ReadAllBytes(file))),
    ];

    /// <summary>The headers by which it proves its sender, and those that are signed with the body.</summary>
    ImmutableArray<(string Name, string Value)> Proof =>
        [
            .. headers.Where(
                header => Filled(header.Value, Secret) != header.Value || header.Name is "webhook-id" or "webhook-timestamp"),
        ];

    string Filled(string value, string secret) => value
        .Replace("{secret}", secret)
        .Replace("{basic}", Convert.ToBase64String(Encoding.UTF8.GetBytes($"acme:{secret}")))
        .Replace("{hmac-sha256-hex}", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Body)))
        .Replace("{timed}", Convert.ToHexStringLower(Hmac(secret, value.Split(',')[0].Replace("t=", ""))))
        .Replace("{standard-webhook}", "v1," + Convert.ToBase64String(Hmac(secret, $"{Header("id")}.{Header("timestamp")}.")));

    byte[] Hmac(string secret, string before) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(before).Concat(Body).ToArray());

    string Header(string part) => headers.FirstOrDefault(header => header.Name == $"webhook-{part}").Value;

    Delivery Of(IEnumerable<(string Name, string Value)> sent) => new()
    {
        Source = Reader.Source,
        Headers = Delivery.NoHeaders.AddRange(sent.Select(header => KeyValuePair.Create(header.Name, header.Value))),
        Body = Body,
        ReceivedAt = DateTimeOffset.UnixEpoch,
    };
}
