using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Leadline.Core;
using Leadline.Settings;
using NJsonSchema;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Leadline.Tests.Settings;

/// <summary>The published JSON Schema and the reader take the same, as a validator of another hand judges.</summary>
public sealed class SettingsSchemaTests
{
    static readonly Task<JsonSchema> Schema = JsonSchema.FromJsonAsync(SettingsSchema.Write().ToJsonString());

    public static TheoryData<string> Keys => [.. SettingsTable.Names];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Both_take_each_key_with_each_right_value(string name)
    {
        var path = SettingsTable.Find(name);
        foreach (var value in Right(path[^1]))
        {
            var yaml = SettingsTable.Yaml(path, value);
            Assert.True(Refusal(yaml) is null, yaml + Refusal(yaml));
            Assert.True(await IsValidAsync(yaml), yaml);
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Both_refuse_each_key_with_each_wrong_value(string name)
    {
        var path = SettingsTable.Find(name);
        foreach (var value in Wrong(path[^1]))
        {
            var yaml = SettingsTable.Yaml(path, value);
            Assert.True(Refusal(yaml) is not null, yaml);
            Assert.False(await IsValidAsync(yaml), yaml);
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Both_refuse_an_unknown_key_beside_each_key(string name)
    {
        var path = SettingsTable.Find(name);
        if (path.Length > 1 && path[^2].Kind == SettingsKind.NamedMap) return;
        var yaml = SettingsTable.Yaml(
            [.. path[..^1], path[^1] with { Name = path[^1].Name + "x" }], Right(path[^1]).FirstOrDefault("{}"));

        Assert.Contains($"did you mean \"{path[^1].Name}\"?", Refusal(yaml));
        Assert.False(await IsValidAsync(yaml), yaml);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void What_is_said_to_be_the_default_changes_nothing(string name)
    {
        var path = SettingsTable.Find(name);
        var published = Published(path);
        Assert.Equal(path[^1].Default is not null, published.ContainsKey("default"));
        if (path[^1].Default is null) return;
        var (alone, set) =
            (Parse(SettingsTable.Yaml(path[..^1], "{}")), Parse(SettingsTable.Yaml(path, published["default"]!.ToJsonString())));

        Assert.Equal(DefinitionsHash.Canonical(alone.Definitions), DefinitionsHash.Canonical(set.Definitions));
        Assert.Equal(alone.KeepDeliveries, set.KeepDeliveries);
    }

    [Fact]
    public void Publishes_the_keys_that_are_read_and_no_other() =>
        Assert.Equal(SettingsTable.Names.Order(), Names(SettingsSchema.Write(), "", SettingsKey.Root).Order());

    [Theory]
    [MemberData(nameof(Keys))]
    public void Publishes_the_words_that_are_read_and_no_other(string name)
    {
        var (path, published) = (SettingsTable.Find(name), Published(SettingsTable.Find(name)));
        if (path[^1].Kind is not (SettingsKind.Word or SettingsKind.Words)) return;
        var words = (published["enum"] ?? published["anyOf"]![0]!["enum"])!.AsArray().Select(word => (string)word!).ToList();

        Assert.Equal(path[^1].Words, words);
        Assert.All(words, word => Assert.Null(Refusal(SettingsTable.Yaml(path, word))));
    }

    /// <summary>Every key of the schema, under the name that the table gives to what a writer names.</summary>
    static IEnumerable<string> Names(JsonObject schema, string above, SettingsKey? key)
    {
        var below = schema["properties"]?.AsObject().Select(entry => (entry.Key, Schema: entry.Value!.AsObject())) ?? [];
        if (schema["additionalProperties"] is JsonObject each)
            below = below.Append((key?.Below.FirstOrDefault()?.Name ?? "?", each));
        return below.SelectMany(entry =>
            Names(entry.Schema, $"{above}{entry.Key}.", key?.Below.FirstOrDefault(one => one.Name == entry.Key))
                .Prepend(above + entry.Key));
    }

    static JsonObject Published(ImmutableArray<SettingsKey> path)
    {
        var schema = SettingsSchema.Write();
        var above = SettingsKey.Root;
        foreach (var key in path)
        {
            schema =
                (above.Kind == SettingsKind.NamedMap ? schema["additionalProperties"]
                    : schema["properties"]![key.Name])!.AsObject();
            above = key;
        }

        return schema;
    }

    static IEnumerable<string> Right(SettingsKey key) => key.Kind switch
    {
        SettingsKind.Map when key.Below.Any(below => below.IsNeeded) => [],
        SettingsKind.Map or SettingsKind.NamedMap => ["", "{}", "~"],
        SettingsKind.Percent => ["5%", "7.5 %", "\"12.25%\""],
        SettingsKind.Moment => ["2026-06-01", "\"2026-06-01T12:00:00Z\"", "2026-06-01T12:00:00+02:00"],
        SettingsKind.Shares =>
            [
                "change_failure_rate", "[]", "[change_failure_rate, rework_rate=5%]",
                "{ change_failure_rate: 5%, rework_rate: 7.5 % }",
            ],
        SettingsKind.TimeZone => ["Europe/Berlin", "\"UTC\""],
        SettingsKind.Flag => ["true", "false", "True"],
        SettingsKind.Span => [.. key.Words, "90s", "30m", "1.5h", "\"7d\""],
        SettingsKind.Word => key.Words,
        SettingsKind.Words => [.. key.Words, "[]", $"[{string.Join(", ", key.Words)}]"],
        SettingsKind.Groups => ["a", "[]", "[a, 'b c']", "{ service: checkout }", "[42]"],
        SettingsKind.Proof =>
            ["bearer", "basic", "header X-Token", "hmac-sha256 X-Signature", "hmac-sha256-base64 X-Signature v1="],
        SettingsKind.WeekTime => ["Mon 09:00", "\"Sun 23:59\""],
        SettingsKind.Api =>
            ["https://a.example", "https://a.example:8443/api/v4/", "http://127.0.0.1:8080/", "\"http://[::1]/api\""],
        SettingsKind.Number => ["0", "0.1", "3"],
        SettingsKind.Server => ["https://a.example", "http://prometheus:9090/", "http://127.0.0.1:9090", "\"http://[::1]/api\""],
        SettingsKind.Rules =>
        [
            "[]", "{ type: annotation, id: $.id, at: $.at, text: deployed }",
            "[{ type: incident, when: { $.a: [x, ~], header X-B: true, $.c: 1 }, each: \"$.items[*]\", id: [$.id, \"{$.a}\"], "
                + "started_at: { of: { of: $.at, match: (.*) }, words: { a: b } } }]",
            "[{ type: change, number: 7, repository: { literal: $a }, labels: [a, [b, $.c]] }, { type: build, id: 1, "
                + "repository: a/b, sha: $.sha, status: succeeded }]",
        ],
        _ when key.IsList => ["a", "[a, 'b c']", "[42]", .. key.NotEmpty ? [] : (string[])["[]"]],
        _ => ["a", "'b c'", "42", "true"],
    };

    static IEnumerable<string> Wrong(SettingsKey key) => key.Kind switch
    {
        SettingsKind.Map or SettingsKind.NamedMap =>
            ["a", "[]", "[a]", "42", "true", .. key.Below.Any(below => below.IsNeeded) ? (string[])["", "{}", "~"] : []],
        SettingsKind.Percent => ["", "a", "5", "'%'", "-5%", "5 percent", "[5%]", "{}", "12345%"],
        SettingsKind.Moment => ["", "a", "01.06.2026", "2026-6-1", "[2026-06-01]", "{}", "42"],
        SettingsKind.Shares =>
            ["", "speed", "[speed]", "[rework_rate=5]", "{ rework_rate: 5 }", "{ speed: 5% }", "[~]", "[[rework_rate]]"],
        SettingsKind.Flag => ["maybe", "[true]", "{}", "", "1"],
        SettingsKind.Span => ["soon", "7", "1.2.3h", "-1h", "1e3h", "7 d", "7w", "[7d]", "{}", "", "NaNh", "1234567d"],
        SettingsKind.Word =>
            [key.Words[0] + "x", key.Words[0].ToUpperInvariant(), "[a]", "{}", "", .. key.Words.Select(word => $"[{word}]")],
        SettingsKind.Words => [key.Words[0] + "x", $"[{key.Words[0]}x]", "[[]]", "{}", "", "[~]"],
        SettingsKind.Groups => ["", "' '", "[[a]]", "[~]", "{ a: [b] }", "{ a: }"],
        SettingsKind.Proof =>
            [
                "", "maybe", "header", "header ", "hmac-sha256", "hmac-sha1 X-Signature", "bearer token", "[bearer]", "{}", "42",
                "Bearer",
            ],
        SettingsKind.WeekTime =>
            ["", "Mon", "09:00", "mon 09:00", "Mon 9:00", "Mon 24:00", "Mon 09:60", "Mon  09:00", "[Mon 09:00]", "{}", "42"],
        SettingsKind.Api =>
            [
                "", "a", "a.example", "http://a.example/", "ftp://a.example", "https://", "https://ada:secret@a.example/",
                "https://a.example/?a=b", "https://a.example/#a", "[https://a.example]", "{}", "42",
            ],
        SettingsKind.Number => ["", "a", "-1", "[1]", "{}", "true"],
        SettingsKind.Server =>
            [
                "", "a", "a.example", "ftp://a.example", "https://", "https://ada:secret@a.example/", "https://a.example/?a=b",
                "[https://a.example]", "{}", "42",
            ],
        SettingsKind.Rules =>
        [
            "", "a", "42", "{}", "[a]", "[[]]", "[~]", "[{ type: nothing }]", "[{ type: annotation }]",
            "{ type: annotation, id: $.id, at: $.at }",
            "{ type: annotation, id: $.id, at: $.at, text: x, wen: { $.a: b } }",
            "{ type: annotation, id: $.id, at: $.at, text: }", "{ type: annotation, id: $.id, at: $.at, text: [] }",
            "{ type: annotation, id: $.id, at: $.at, text: { off: $.a } }",
            "{ type: annotation, id: $.id, at: $.at, text: { of: $.a, words: [a] } }",
            "{ type: annotation, id: $.id, at: $.at, text: x, when: [a] }",
            "{ type: annotation, id: $.id, at: $.at, text: x, when: { $.a: { b: c } } }",
            "{ type: annotation, id: $.id, at: $.at, text: x, when: { $.a: [] } }",
            "{ type: annotation, id: $.id, at: $.at, text: x, each: items }",
        ],
        _ when key.IsList => ["", "' '", "[[a]]", "[~]", "{ a: b }", "[{ a: b }]", .. key.NotEmpty ? (string[])["[]"] : []],
        _ => ["", "' '", "[a]", "{ a: b }", "~"],
    };

    static string? Refusal(string yaml)
    {
        try
        {
            Parse(yaml);
            return null;
        }
        catch (SettingsException error)
        {
            return error.Message;
        }
    }

    static LeadlineSettings Parse(string yaml) => SettingsFile.Parse(yaml, "leadline.yaml", _ => "set");

    static async Task<bool> IsValidAsync(string yaml) => (await Schema).Validate(Json(yaml)).Count == 0;

    /// <summary>The document as an editor sees it.</summary>
    static string Json(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Json(stream.Documents[0].RootNode)?.ToJsonString() ?? "null";
    }

    static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map =>
            new JsonObject(
                map.Children.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, Json(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: not ScalarStyle.Plain, Value: var text } => text,
        YamlScalarNode { Value: null or "" or "~" or "null" } => null,
        YamlScalarNode { Value: "true" or "True" or "TRUE" } => true,
        YamlScalarNode { Value: "false" or "False" or "FALSE" } => false,
        YamlScalarNode { Value: { } text } => double.TryParse(text, out var number) ? number : text,
        _ => throw new InvalidOperationException($"{node} is no value"),
    };
}
