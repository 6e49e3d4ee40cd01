using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.LaunchDarkly;

/// <summary>An entry of the audit log, which is what a webhook sends; only what is read.</summary>
sealed record AuditEntry
{
    [JsonPropertyName("_id")]
    public string? Id { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public JsonElement? Date { get; init; }

    public string? Kind { get; init; }
    public FlagAccess?[]? Accesses { get; init; }

    /// <summary>What was done, in words: <c>turned on the flag</c>.</summary>
    public string? TitleVerb { get; init; }

    /// <summary>The flag after it, where the entry has that.</summary>
    public FlagVersion? CurrentVersion { get; init; }
}

/// <param name="Action"><c>updateOn</c> where it was switched.</param>
/// <param name="Resource"><c>proj/KEY:env/KEY:flag/KEY</c>, with tags after a semicolon behind each key.</param>
sealed record FlagAccess(string? Action = null, string? Resource = null);

sealed record FlagVersion(string?[]? Tags = null, Dictionary<string, FlagInEnvironment?>? Environments = null);

sealed record FlagInEnvironment(bool? On = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AuditEntry))]
sealed partial class LaunchDarklyJson : JsonSerializerContext;
