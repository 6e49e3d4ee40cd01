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
            SettingsKind.Map => Map(key),
            SettingsKind.NamedMap => new JsonObject { ["type"] = "object", ["additionalProperties"] = key.ValuesAreTexts ? Texts() : Map(key) },
            SettingsKind.Flag => new JsonObject { ["type"] = "boolean" },
            SettingsKind.Span => new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9.]+[smhd]$" },
            SettingsKind.Word => new JsonObject { ["enum"] = Words(key) },
            SettingsKind.WordList => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["enum"] = Words(key) } },
            SettingsKind.Texts => Texts(),
            _ => new JsonObject { ["type"] = "string" },
        };
        schema["description"] = key.Says;
        return schema;
    }

    static JsonObject Map(SettingsKey key)
    {
        var properties = new JsonObject();
        foreach (var below in key.Below!) properties.Add(below.Name, Of(below));
        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    static JsonArray Words(SettingsKey key) => [.. key.Words!.Select(word => (JsonNode)word)];

    static JsonObject Texts() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "string" },
            new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
            new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } }),
    };
}
