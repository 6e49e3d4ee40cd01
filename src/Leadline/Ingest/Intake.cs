using System.Security.Cryptography;
using System.Text;
using Leadline.Core;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Ingest;

/// <summary>Makes a delivery ready for the log: the key by which a repetition is known, then the scrub.</summary>
public sealed class Intake(byte[] salt)
{
    readonly Scrub scrub = new(salt);

    public static async Task<Intake> OfAsync(Store store, CancellationToken cancellation) =>
        new(await store.SaltAsync(cancellation));

    /// <param name="item">The key of what was asked for, where nobody sent it.</param>
    public NewDelivery Prepare(SourceReader reader, Delivery delivery, string? item = null)
    {
        delivery = reader.Kept(delivery);

        // Before the scrub, so that a sender's repetition is the same whatever the salt.
        var key = item is not null ? $"{reader.Source}:polled:{item}" : reader.DedupeKey(delivery) is { Length: > 0 } own
            ? $"{reader.Source}:{own}" : $"{reader.Source}:{Convert.ToHexStringLower(Hash(reader.Source, delivery.Body.Span))}";
        var kept = Delivery.NoHeaders;
        foreach (var name in reader.KeptHeaders)
            if (delivery.Header(name) is { } value) kept = kept.SetItem(name, value);
        return new NewDelivery(key, new Delivery
        {
            Source = reader.Source,
            Headers = kept,
            Body = scrub.Apply(delivery.Body, reader.Personal),
            ReceivedAt = delivery.ReceivedAt,
        });
    }

    static byte[] Hash(string source, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(source));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
