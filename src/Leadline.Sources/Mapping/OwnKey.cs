using System.Collections.Immutable;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Leadline.Sources.Leadline;

namespace Leadline.Sources.Mapping;

/// <summary>What a key of our own JSON holds.</summary>
public enum OwnKeyKind { Text, Texts, Time, Number, Flag }

/// <summary>A key of our own JSON that a mapping may fill.</summary>
public sealed record OwnKey(string Name, OwnKeyKind Kind, bool IsRequired)
{
    /// <summary>The keys of this type, in the order of its record.</summary>
    public static ImmutableArray<OwnKey> Of(string type) =>
        [.. OwnJson.KeysOf(type).Where(key => key.Name != "type").Select(Of)];

    static OwnKey Of(JsonPropertyInfo key)
    {
        var type = Nullable.GetUnderlyingType(key.PropertyType) ?? key.PropertyType;
        var kind = type == typeof(string[]) ? OwnKeyKind.Texts
            : type == typeof(DateTimeOffset) ? OwnKeyKind.Time
            : type == typeof(int) ? OwnKeyKind.Number
            : type == typeof(bool) ? OwnKeyKind.Flag
            : type == typeof(string) ? OwnKeyKind.Text
            : throw new NotSupportedException($"a mapping cannot fill {key.Name} of type {type}");
        return new OwnKey(key.Name, kind, key.IsRequired);
    }
}

[JsonSerializable(typeof(string))]
sealed partial class MappingJson : JsonSerializerContext;
