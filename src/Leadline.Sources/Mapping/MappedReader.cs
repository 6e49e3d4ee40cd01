using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Mapping;

/// <summary>
/// Reads the deliveries of a source that only its owner knows, by the rules of <c>leadline.yaml</c>: of each body it makes our
/// own JSON, and reads that as it is read everywhere.
/// </summary>
public sealed class MappedReader : SourceReader
{
    /// <summary>Raised whenever the same rules give another reading than before.</summary>
    const int Language = 1;

    readonly ImmutableArray<MappingRule> rules;
    readonly Proof proof;

    /// <param name="name">In the address of its deliveries, and before its ids.</param>
    /// <param name="rules">Each that takes a body makes facts of it.</param>
    /// <param name="proof">How deliveries prove their sender.</param>
    /// <param name="personal">Names of fields that hold people, beside those that do everywhere.</param>
    /// <param name="written">The rules as one text, the same however they are laid out: it decides the version.</param>
    public MappedReader(
        string name, ImmutableArray<MappingRule> rules, Proof proof, IEnumerable<string> personal, string written)
    {
        (Source, this.rules, this.proof) = (name, rules, proof);
        Personal = MappedPeople.Of(rules, personal);
        KeptHeaders = [.. rules.SelectMany(rule => rule.Values).SelectMany(value => value.Headers)
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        Version = VersionOf(written);
    }

    public override string Source { get; }

    public override int Version { get; }

    // It is a hash, which has no order.
    public override bool IsOutdated(int version) => version != Version;

    public override SourceDescription About =>
        new(Source, "what the rules of its mapping in leadline.yaml take", proof.ToString());

    public override PersonalFields Personal { get; }

    public override ImmutableArray<string> KeptHeaders { get; }

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => proof.IsGiven(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        try
        {
            if (rules.IsEmpty) return Reading.Ignored("its mapping has no rules yet");
            Effort.Check(delivery.Body.Span);
            using var document = JsonDocument.Parse(delivery.Body);
            var body = new MappedBody(delivery, document.RootElement, document.RootElement, new Effort());
            var facts = rules.SelectMany(rule => rule.Facts(body, Source)).ToImmutableArray();
            return facts.IsEmpty ? Reading.Ignored("no rule of its mapping takes it") : Reading.Of(facts);
        }
        catch (JsonException)
        {
            return Reading.Unreadable("the body is not JSON: mappings read one JSON value");
        }
        catch (FormatException error)
        {
            return Reading.Unreadable(error.Message);
        }
        catch (InvalidOperationException)
        {
            return Reading.Unreadable("a string holds half of a surrogate pair, which is no text");
        }
    }

    /// <summary>A positive number that stays while the rules do.</summary>
    static int VersionOf(string written)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{Language}\n{written}"));
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % int.MaxValue) + 1;
    }
}
