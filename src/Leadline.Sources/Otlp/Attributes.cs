using System.Text.Json;

namespace Leadline.Sources.Otlp;

/// <summary>
/// The attributes of a record, and around them those of what it belongs to: an event's, its span's, its resource's.
/// </summary>
sealed class Attributes
{
    readonly Dictionary<string, string> own = new(StringComparer.Ordinal);
    readonly Attributes? around;

    public Attributes(IEnumerable<KeyValue?>? attributes, Attributes? around)
    {
        this.around = around;
        foreach (var attribute in attributes ?? [])
            if (attribute is { Key: { } key } && TextOf(attribute.Value) is { Length: > 0 } text) own[key] = text;
    }

    /// <summary>The nearest value of this name as text, or null.</summary>
    public string? this[string key] => own.TryGetValue(key, out var text) ? text : around?[key];

    /// <summary>Whether it stands on the record itself.</summary>
    public bool HasOwn(string key) => own.ContainsKey(key);

    /// <summary>Whether it or what is around it has a name that begins so.</summary>
    public bool HasAny(string prefix) =>
        own.Keys.Any(key => key.StartsWith(prefix, StringComparison.Ordinal)) || around?.HasAny(prefix) == true;

    static string? TextOf(AnyValue? value) => value switch
    {
        { StringValue: { } text } => text,
        { IntValue: { ValueKind: JsonValueKind.String } text } => text.GetString(),
        { IntValue: { ValueKind: JsonValueKind.Number } number } => number.GetRawText(),
        { BoolValue: { } flag } => flag ? "true" : "false",
        _ => null,
    };
}
