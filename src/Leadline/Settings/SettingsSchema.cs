using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Leadline.Settings;

/// <summary>The JSON Schema of <c>leadline.yaml</c>, for editors; made of the table that the reader follows.</summary>
static class SettingsSchema
{
    public static JsonObject Write()
    {
        var schema = Of(SettingsKey.Root);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "leadline.yaml");
        return schema;
    }

    static JsonObject Of(SettingsKey key)
    {
        var schema = key.Kind switch
        {
            SettingsKind.Map => Map([.. key.Below.Select(below => KeyValuePair.Create(below.Name, (JsonNode?)Of(below)))], false),
            SettingsKind.NamedMap => Map([], Of(key.Below[0])),
            SettingsKind.Groups => Or(List(key), new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(key) }),
            _ when key.IsList => List(key),
            _ => Value(key),
        };
        schema["description"] = key.Says;
        if (key.Default is { } otherwise) schema["default"] = Default(key, otherwise);
        return schema;
    }

    /// <summary>One value; a text may look like a number, as a reader of YAML would take it.</summary>
    static JsonObject Value(SettingsKey key) => key.Kind switch
    {
        SettingsKind.Flag => new JsonObject { ["type"] = "boolean" },
        SettingsKind.Word or SettingsKind.Words => new JsonObject { ["enum"] = Texts(key.Words) },
        SettingsKind.Span => new JsonObject { ["type"] = "string", ["pattern"] = $"^({string.Join('|', key.Words.Append(Setting.SpanPattern))})$" },
        _ => new JsonObject { ["type"] = Texts(["string", "number", "boolean"]), ["pattern"] = @"\S" },
    };

    static JsonObject List(SettingsKey key)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = Value(key) };
        if (key.NotEmpty) list["minItems"] = 1;
        return Or(Value(key), list);
    }

    /// <summary>A map may be left empty.</summary>
    static JsonObject Map(JsonObject properties, JsonNode additional) =>
        new() { ["type"] = Texts(["object", "null"]), ["properties"] = properties, ["additionalProperties"] = additional };

    static JsonObject Or(params JsonObject[] either) => new() { ["anyOf"] = new JsonArray([.. either]) };

    static JsonNode Default(SettingsKey key, ImmutableArray<string> otherwise) => key switch
    {
        { IsList: true } => Texts(otherwise),
        { Kind: SettingsKind.Flag } => otherwise[0] == "true",
        _ => otherwise[0],
    };

    static JsonArray Texts(ImmutableArray<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}
