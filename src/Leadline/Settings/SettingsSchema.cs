using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Leadline.Digests;
using Leadline.Sources.Leadline;
using Leadline.Sources.Mapping;

namespace Leadline.Settings;

/// <summary>The JSON Schema of <c>leadline.yaml</c>, for editors; made of the table that the reader follows.</summary>
static class SettingsSchema
{
    public static JsonObject Write()
    {
        var schema = Of(SettingsKey.Root);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "leadline.yaml");
        schema["definitions"] = new JsonObject { ["mapped_value"] = MappedValue() };
        return schema;
    }

    static JsonObject Of(SettingsKey key)
    {
        var schema = key.Kind switch
        {
            SettingsKind.Map =>
                Map([.. key.Below.Select(below => KeyValuePair.Create(below.Name, (JsonNode?)Of(below)))], false),
            SettingsKind.NamedMap => Map([], Of(key.Below[0])),
            SettingsKind.Groups => Or(List(key), new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(key) }),
            SettingsKind.Shares => Or(List(key), new JsonObject
            {
                ["type"] = "object",
                ["properties"] =
                    new JsonObject(key.Words.Select(word =>
                        KeyValuePair.Create(
                            word,
                            (JsonNode?)new JsonObject { ["type"] = "string", ["pattern"] = $"^{Setting.PercentPattern}$" }))),
                ["additionalProperties"] = false,
            }),
            SettingsKind.Rules => Or([.. Rules(), new JsonObject { ["type"] = "array", ["items"] = Or(Rules()) }]),
            _ when key.IsList => List(key),
            _ => Value(key),
        };
        if (key.Below.Any(below => below.IsNeeded))
            (schema["type"], schema["required"]) =
                ("object", Texts([.. key.Below.Where(below => below.IsNeeded).Select(below => below.Name)]));
        schema["description"] = key.Says;
        if (key.Default is { } otherwise) schema["default"] = Default(key, otherwise);
        return schema;
    }

    /// <summary>One value; a text may look like a number, as a reader of YAML would take it.</summary>
    static JsonObject Value(SettingsKey key) => key.Kind switch
    {
        SettingsKind.Flag => new JsonObject { ["type"] = "boolean" },
        SettingsKind.Number => new JsonObject { ["type"] = "number", ["minimum"] = 0 },
        SettingsKind.Word or SettingsKind.Words => new JsonObject { ["enum"] = Texts(key.Words) },
        SettingsKind.Span =>
            new JsonObject
            {
                ["type"] = "string",
                ["pattern"] = $"^({string.Join('|', key.Words.Append(Setting.SpanPattern))})$",
            },
        SettingsKind.Percent => new JsonObject { ["type"] = "string", ["pattern"] = $"^{Setting.PercentPattern}$" },
        SettingsKind.Moment => new JsonObject { ["type"] = "string", ["pattern"] = $"^{Setting.MomentPattern}$" },
        SettingsKind.Shares =>
            new JsonObject
            {
                ["type"] = "string",
                ["pattern"] = $"^({string.Join('|', key.Words)})(={Setting.PercentPattern})?$",
            },
        SettingsKind.Proof => new JsonObject { ["type"] = "string", ["pattern"] = $"^{Proof.Pattern}$" },
        SettingsKind.WeekTime => new JsonObject { ["type"] = "string", ["pattern"] = $"^{WeekTime.Pattern}$" },
        SettingsKind.Server => new JsonObject { ["type"] = "string", ["pattern"] = $"^{ApiAddress.ServerPattern}$" },
        SettingsKind.Api => new JsonObject { ["type"] = "string", ["pattern"] = $"^{ApiAddress.Pattern}$" },
        _ => Scalar(),
    };

    static JsonObject Scalar() => new() { ["type"] = Texts(["string", "number", "boolean"]), ["pattern"] = @"\S" };

    /// <summary>A rule for each type of our own JSON.</summary>
    static JsonObject[] Rules() => [.. OwnJson.Types.Select(type =>
    {
        var keys = OwnKey.Of(type);
        var properties = new JsonObject
        {
            ["type"] = new JsonObject { ["enum"] = Texts([type]) },
            ["when"] = new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = Or(
                    Condition(), new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = Condition() }),
            },
            ["each"] = new JsonObject { ["type"] = "string", ["pattern"] = @"^\$" },
        };
        foreach (var key in keys) properties[key.Name] = new JsonObject { ["$ref"] = "#/definitions/mapped_value" };
        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = Texts([.. keys.Where(key => key.IsRequired).Select(key => key.Name).Prepend("type")]),
            ["additionalProperties"] = false,
        };
    })];

    static JsonObject Condition() => new() { ["type"] = Texts(["string", "number", "boolean", "null"]) };

    /// <summary>Where a rule takes a value from: a text, the first of several, or one that is turned into another.</summary>
    static JsonObject MappedValue()
    {
        static JsonObject Itself() => new() { ["$ref"] = "#/definitions/mapped_value" };
        return Or(
            Scalar(),
            new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = Itself() },
            new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["of"] = Itself(),
                    ["match"] = Scalar(),
                    ["words"] = new JsonObject { ["type"] = "object", ["additionalProperties"] = Scalar() },
                    ["literal"] = Scalar(),
                },
                ["additionalProperties"] = false,
            });
    }

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
        { Kind: SettingsKind.Number } => double.Parse(otherwise[0], System.Globalization.CultureInfo.InvariantCulture),
        _ => otherwise[0],
    };

    static JsonArray Texts(ImmutableArray<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}
