using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Leadline.Api;
using Leadline.Core;
using Leadline.Sources;

namespace Leadline.Verification;

/// <summary>
/// Reads what Leadline itself measured after a deployment. It takes the way of every delivery, so that it is kept, shown and
/// read again; nobody else sends it. A degradation is an incident beside, which blames the deployment.
/// </summary>
sealed class VerificationReader : SourceReader
{
    public override string Source => FailureSignals.Verification;

    public override int Version => 1;

    public override SourceDescription About =>
        new(
            "Verification of releases", "what was measured after deployments, and the incidents that degradations are",
            "nobody sends it: Leadline measures");

    public override PersonalFields Personal { get; } = new([], [], []);

    public override ImmutableArray<string> KeptHeaders => [];

    /// <summary>Nobody sends it.</summary>
    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => false;

    /// <summary>
    /// What is said once of a deployment by a check is not said twice, however many servers say it: that it is so, that it is
    /// back, or that nobody asks any more.
    /// </summary>
    public override string DedupeKey(Delivery delivery)
    {
        var verified = Parse(delivery);
        return JsonSerializer.Serialize(
            (string[])[
                verified.Service, verified.Deployment, verified.Check,
                verified.BackAt is not null ? "back" : verified.GaveUp is not null ? "given up" : "told",
            ]);
    }

    public static byte[] Write(Verified verified) => JsonSerializer.SerializeToUtf8Bytes(verified, Wire.Json);

    public override Reading Read(Delivery delivery)
    {
        var verified = Parse(delivery);
        var facts = ImmutableArray.CreateBuilder<Fact>(2);
        facts.Add(new VerificationFact
        {
            Deployment = verified.Deployment,
            Service = verified.Service,
            Environment = verified.Environment,
            Check = verified.Check,
            Verdict = verified.Verdict,
            IsWatched = verified.IsWatched,
            Content = JsonSerializer.Serialize(verified, Wire.Json),
            AsOf = verified.AskedAt,
        });
        if (verified.Verdict == ReleaseVerdict.Worse)
        {
            facts.Add(new IncidentFact
            {
                Id = verified.IncidentId,
                Source = Source,
                Service = verified.Service,
                Status = verified.BackAt is null ? IncidentStatus.Open : IncidentStatus.Resolved,
                StartedAt = verified.BeganAt ?? throw new JsonException("a degradation does not say when it began"),
                ResolvedAt = verified.BackAt,
                Deployment = verified.Deployment,
                Title = string.Create(
                    CultureInfo.InvariantCulture, $"{verified.Check} of {verified.Service} became worse: {verified.Because}"),
                AsOf = verified.AskedAt,
            });
        }

        return Reading.Of(facts.DrainToImmutable());
    }

    static Verified Parse(Delivery delivery) =>
        JsonSerializer.Deserialize<Verified>(delivery.Body.Span, Strict)
            ?? throw new JsonException("the body is the JSON literal null");

    static readonly JsonSerializerOptions Strict = Wire.Configure(
        new JsonSerializerOptions { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true });
}
