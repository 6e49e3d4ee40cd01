using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

public sealed partial class MappingTests
{
    const string Sha = "0123456789abcdef0123456789abcdef01234567";

    static readonly Intake Intake = new(new byte[32]);

    [Fact]
    public void The_documented_mapping_reads_the_recorded_bodies_of_pelorus()
    {
        var text = File.ReadAllText(Path.Combine(Shared.Repository, "docs", "reference", "mapping.md"));
        var pelorus = Parse(Yaml().Matches(text).Single(block => block.Value.Contains("pelorus:")).Groups[1].Value, "pelorus");
        FactsReading Recorded(string name, string happened) => Assert.IsType<FactsReading>(
            Read(pelorus, File.ReadAllText(Shared.Find("payloads", "pelorus", name)), ("X-Pelorus-Event", happened)));

        var built = Recorded("committime-1.json", "committime").Facts;
        var deployed = Assert.IsType<DeploymentFact>(Assert.Single(Recorded("deploytime-1.json", "deploytime").Facts));

        var commit = Assert.Single(built.OfType<CommitFact>());
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1682936938), commit.AuthoredAt);
        Assert.Single(built.OfType<BuildFact>());
        var artifact = Assert.Single(built.OfType<ArtifactFact>());
        Assert.Equal((commit.Sha, deployed.Version), (artifact.Sha, artifact.Name));
        Assert.Equal("mongo-todolist", deployed.Service);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1683022138), deployed.FinishedAt);
    }

    [Theory]
    [InlineData("$.a", "text")]
    [InlineData("$.n", "7.50")]
    [InlineData("$.f", "true")]
    [InlineData("header X-Kind", "of the header")]
    [InlineData("header X-None", null)]
    [InlineData("$.none", null)]
    [InlineData("$.z", null)]
    [InlineData("\"$.l[*]\"", "one")]
    [InlineData("\"{$.a}/{header X-Kind}: {{{$['n']}}}\"", "text/of the header: {7.50}")]
    [InlineData("\"{$.a}{$.none}\"", null)]
    [InlineData("\"{$.o[?@.k == '}'].k}!\"", "}!")]
    [InlineData("[$.none, $.z, header X-None, $.empty, \"{$.none}\", $.n, $.a]", "7.50")]
    [InlineData("[$.none, plain]", "plain")]
    [InlineData("plain words", "plain words")]
    [InlineData("{ literal: \"$5 {\" }", "$5 {")]
    [InlineData("{ of: $.a, match: \"^t(..)\" }", "ex")]
    [InlineData("{ of: $.a, match: \"^x(.*)\" }", null)]
    [InlineData("{ of: [$.none, $.a], words: { TEXT: ours } }", "ours")]
    [InlineData("{ of: $.a, words: { other: x, \"*\": rest } }", "rest")]
    [InlineData("{ of: $.a, match: \"(t)$\", words: { t: ours } }", "ours")]
    [InlineData("{ of: $.none, words: { t: ours } }", null)]
    public void A_value_is_found_as_it_is_written(string value, string? expected)
    {
        var reader = Rule($"type: change, repository: acme/shop, number: 1, url: {value}");
        const string Body =
            """{"a":"text","n":7.50,"f":true,"z":null,"empty":"","l":[null,"one","two"],"o":[{"k":"{"},{"k":"}"}]}""";

        var change = Assert.IsType<ChangeFact>(
            Assert.Single(Assert.IsType<FactsReading>(Read(reader, Body, ("X-Kind", "of the header"))).Facts));

        Assert.Equal(expected, change.Url);
    }

    [Theory]
    [InlineData("$.a", "{\"a\":[\"x\",null,\"y\"]}", "x", "y")]
    [InlineData("\"$.a[*].n\"", "{\"a\":[{\"n\":\"x\"},{\"n\":2}]}", "x", "2")]
    [InlineData("[$.b, $.a]", "{\"a\":\"x\"}", "x")]
    [InlineData("$.a", "{\"a\":[]}")]
    [InlineData("{ of: \"$.a[*]\", match: \"^refs/(.*)\" }", "{\"a\":[\"refs/x\",\"y\"]}", "x")]
    public void A_list_takes_all_that_is_found(string value, string body, params string[] expected)
    {
        var reader = Rule($"type: change, repository: acme/shop, number: 1, labels: {value}");

        Assert.Equal(expected, Assert.IsType<ChangeFact>(Assert.Single(Facts(reader, body))).Labels!.Value);
    }

    [Fact]
    public void A_list_of_which_nothing_is_found_is_not_known() =>
        Assert.Null(
            Assert.IsType<ChangeFact>(
                Assert.Single(Facts(Rule("type: change, repository: acme/shop, number: 1, labels: $.a"), "{}"))).Labels);

    [Theory]
    [InlineData("{ $.a: x }", "{\"a\":\"x\"}", true)]
    [InlineData("{ $.a: x }", "{\"a\":\"X\"}", false)]
    [InlineData("{ $.a: [x, y] }", "{\"a\":\"y\"}", true)]
    [InlineData("{ $.a: \"*\" }", "{\"a\":{}}", true)]
    [InlineData("{ $.a: \"*\" }", "{\"a\":null}", false)]
    [InlineData("{ $.a: ~ }", "{\"a\":null}", true)]
    [InlineData("{ $.a: ~ }", "{}", true)]
    [InlineData("{ $.a: ~ }", "{\"a\":0}", false)]
    [InlineData("{ $.a: [~, false] }", "{\"a\":false}", true)]
    [InlineData("{ $.a: 1, $.b: 2 }", "{\"a\":1,\"b\":2}", true)]
    [InlineData("{ $.a: 1, $.b: 2 }", "{\"a\":1,\"b\":3}", false)]
    [InlineData("{ $.a: x }", "{\"a\":{\"x\":1}}", false)]
    [InlineData("{ \"$.a[*]\": y }", "{\"a\":[\"x\",\"y\"]}", true)]
    [InlineData("{ \"{$.a}-{$.b}\": x-y }", "{\"a\":\"x\",\"b\":\"y\"}", true)]
    [InlineData("{ header X-Kind: push }", "{}", true)]
    [InlineData("{ header x-kind: pull }", "{}", false)]
    public void A_rule_takes_what_its_conditions_let_in(string when, string body, bool isTaken)
    {
        var reading = Read(
            Rule($"type: annotation, when: {when}, id: 1, at: 2026-01-01T00:00:00Z, text: t"), body, ("X-Kind", "push"));

        Assert.Equal(isTaken, reading is FactsReading);
        if (!isTaken) Assert.Equal("no rule of its mapping takes it", Assert.IsType<IgnoredReading>(reading).Because);
    }

    [Fact]
    public void Each_item_is_an_event_of_its_own()
    {
        var reader = Rule("""type: annotation, each: "$.days[?@.is != 'draft']", when: { "@.skip": ~, $.live: true }, id: "{$.week}.{@.day}", at: "@.at", text: "@.says" """);
        var facts = Facts(reader, """
            {"live":true,"week":9,"days":[{"day":1,"at":1793697365,"says":"one"},{"day":2,"is":"draft"},{"day":3,"skip":1},{"day":4,"at":"1793697365000","says":"four"}]}
            """);

        Assert.Equal(["t:9.1", "t:9.4"], facts.Cast<AnnotationFact>().Select(fact => fact.Id));
        Assert.Single(facts.Cast<AnnotationFact>().Select(fact => fact.MarkedAt).Distinct());
        Assert.IsType<IgnoredReading>(Read(reader, """{"live":false,"days":[{"day":1}]}"""));
    }

    [Theory]
    [InlineData(
        "type: incident, id: $.id, started_at: $.at", "{\"id\":7}",
        "rule 1 (incident): required keys are missing: \"started_at\"")]
    [InlineData(
        "type: incident, id: $.id, started_at: $.at", "{\"id\":7,\"at\":\"yesterday\"}",
        "rule 1 (incident): \"started_at\" is no time: 'yesterday'")]
    [InlineData(
        "type: incident, id: $.id, started_at: $.at", "{\"id\":{},\"at\":1}",
        "rule 1 (incident): $.id is an object: name a value in it")]
    [InlineData(
        "type: incident, id: $.id, started_at: $.at", "{\"id\":[1],\"at\":1}",
        "rule 1 (incident): $.id is a list: write $.id[0] or $.id[*]")]
    [InlineData("type: incident, id: $.id, started_at: $.at", "nonsense", "the body is not JSON")]
    [InlineData(
        "type: incident, id: $.id, started_at: $.at", "{\"id\":\"\\ud800\",\"at\":1}",
        "a string holds half of a surrogate pair")]
    [InlineData(
        "type: change, repository: acme/shop, number: $.n", "{\"n\":\"seven\"}",
        "rule 1 (change): the key \"number\" does not hold what it should")]
    [InlineData(
        "type: deployment, id: 1, environment: production, status: $.s", "{\"s\":\"done\"}",
        "rule 1 (deployment): a deployment must name its \"service\"")]
    [InlineData(
        "type: deployment, id: 1, environment: production, service: shop, status: { of: $.s, words: { ok: succeeded } }",
        "{\"s\":\"done\"}", "rule 1 (deployment): 'done' is none of the words ok")]
    [InlineData(
        "type: annotation, each: \"$[*]\", id: 1, at: 2026-01-01T00:00:00Z, text: \"@.t\"", "[{\"t\":\"x\"},{}]",
        "rule 1 (annotation), item 2: required keys are missing: \"text\"")]
    public void Says_why_a_body_is_unreadable(string rule, string body, string sentence) =>
        Assert.StartsWith(sentence, Assert.IsType<UnreadableReading>(Rule(rule).Read(Of(body))).Because);

    [Fact]
    public void Its_incidents_are_its_own()
    {
        var incident = Assert.IsType<IncidentFact>(
            Assert.Single(Facts(Rule("type: incident, id: $.id, started_at: $.at"), "{\"id\":7,\"at\":1793697365}")));

        Assert.Equal(("t:7", "t"), (incident.Id, incident.Source));
    }

    [Fact]
    public void Without_rules_deliveries_wait() =>
        Assert.Equal(
            "its mapping has no rules yet",
            Assert.IsType<IgnoredReading>(Read(Parse("mappings: { t: {} }", "t"), "{}")).Because);

    [Fact]
    public void People_are_hashed_before_they_are_stored()
    {
        var reader = Parse("""
            mappings:
              t:
                personal: [owner_of_it]
                rules:
                  - type: commit
                    repository: $.repo.name
                    sha: $.sha
                    author: [$.by, "{$.first} {$.last}"]
                    message: $.headline
            """, "t");
        var kept = Intake.Prepare(reader, Of($$$"""
            {"sha":"{{{Sha}}}","repo":{"name":"acme/shop"},"by":"Ada Example","first":"Ada","last":"Example","headline":"by @ada","title":"for @ada",
             "owner_of_it":{"x":"Ada"},"sender":{"name":"Ada"},"to":"ada@acme.example","more":{"created_by":"Ada"}}
            """)).Delivery;

        Assert.DoesNotContain("ada", Encoding.UTF8.GetString(kept.Body.Span), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Example", Encoding.UTF8.GetString(kept.Body.Span));
        var commit = Assert.IsType<CommitFact>(Assert.Single(Assert.IsType<FactsReading>(reader.Read(kept)).Facts));
        Assert.Equal("acme/shop", commit.Repository.Value);
        Assert.StartsWith("h_", commit.Author);
    }

    [Fact]
    public void Keeps_the_headers_that_rules_read_and_no_other()
    {
        var reader = Rule(
            "type: annotation, when: { header X-Kind: a }, id: \"{header X-Id}\", at: [header X-At, $.at], text: t");
        var kept = Intake.Prepare(
            reader, Of("{}", ("x-kind", "a"), ("X-Id", "1"), ("Authorization", "Bearer s"), ("X-Other", "o"))).Delivery;

        Assert.Equal(["X-Id", "X-Kind"], kept.Headers.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("bearer", "Authorization", "Bearer {secret}")]
    [InlineData("basic", "Authorization", "Basic {basic}")]
    [InlineData("header X-Token", "X-Token", "{secret}")]
    [InlineData("hmac-sha256 X-Signature sha256=", "X-Signature", "sha256={hex}")]
    [InlineData("hmac-sha256 X-Signature", "X-Signature", "{hex}")]
    [InlineData("hmac-sha256-base64 X-Signature v1=", "X-Signature", "v1={base64}")]
    [InlineData("hmac-sha256-base64 X-Signature", "X-Signature", "{base64}")]
    public void Trusts_who_proves_the_secret_and_nobody_else(string auth, string header, string proof)
    {
        var reader = Parse($"mappings: {{ t: {{ auth: {auth} }} }}", "t");
        var delivery = Of("{\"a\":1}", (header, Proved("a secret")));

        Assert.True(reader.IsAuthentic(delivery, "a secret"u8));
        Assert.False(reader.IsAuthentic(delivery, "another secret"u8));
        Assert.False(reader.IsAuthentic(Of("{\"a\":1}"), "a secret"u8));
        Assert.False(reader.IsAuthentic(Of("{\"a\":1}", (header, Proved(""))), []));
        if (auth.StartsWith("hmac"))
            Assert.False(reader.IsAuthentic(Of("{\"a\":2}", (header, Proved("a secret"))), "a secret"u8));

        string Proved(string secret)
        {
            var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), "{\"a\":1}"u8);
            return proof.Replace("{secret}", secret).Replace("{hex}", Convert.ToHexStringLower(hash))
                .Replace("{base64}", Convert.ToBase64String(hash))
                .Replace("{basic}", Convert.ToBase64String(Encoding.UTF8.GetBytes($"acme:{secret}")));
        }
    }

    [Fact]
    public void Its_version_is_that_of_its_rules()
    {
        int Version(string rules, string more = "") => Parse($"mappings:\n  t:\n    rules:\n{rules}{more}", "t").Version;
        var before = Version("      - { type: annotation, id: $.id, at: $.at, text: plain }\n");

        // Stored with every reading: it must be the same on every machine and in every release.
        Assert.Equal(
            Version(
                "      - type: annotation # the one\n        text: \"plain\"\n        at: $.at\n        id: '$.id'\n",
                "    personal: [x]\n"), before);
        Assert.True(before > 0);
        var others = new[]
        {
            "      - { type: annotation, id: $.id, at: $.at, text: other }\n",
            "      - { type: annotation, id: $.id, at: $.at, text: plain, when: { $.a: ~ } }\n",
            "      - { type: annotation, id: $.id, at: $.at, text: plain, when: { $.a: x } }\n",
            "      - { type: annotation, id: $.id, at: $.at, text: [plain] }\n",
            "      - { type: annotation, id: $.id, at: $.at, text: plain }\n      - { type: annotation, id: $.id, at: $.at, "
                + "text: plain }\n",
        }.Select(rules => Version(rules)).Append(before).ToList();
        Assert.Equal(others.Count, others.Distinct().Count());
    }

    [Theory]
    [InlineData("more values than may be")]
    [InlineData("just as many values as may be")]
    [InlineData("one text")]
    [InlineData("a text for each item")]
    [InlineData("names")]
    [InlineData("nesting")]
    public void No_body_needs_more_than_64_MiB(string of)
    {
        var body = Of(of switch
        {
            "more values than may be" => $"[{string.Join(',', Enumerable.Repeat("1", 12_000_000))}]",
            "just as many values as may be" => $"[{string.Join(',', Enumerable.Repeat("1", 999_000))}]",
            "one text" => $"{{\"t\":\"{new string('x', 25_000_000)}\"}}",
            "a text for each item" =>
                $"{{\"t\":\"{new string('x', 250_000)}\",\"i\":[{string.Join(',', Enumerable.Repeat("{}", 9000))}]}}",
            "names" => $"{{{string.Join(',', Enumerable.Range(0, 400_000).Select(i => $"\"{i}\":{{}}"))}}}",
            _ => string.Concat(Enumerable.Repeat("{\"i\":[", 31)) + string.Join(',', Enumerable.Repeat("{\"i\":[1]}", 50_000))
                + string.Concat(Enumerable.Repeat("]}", 31)),
        });
        foreach (var each in new[]
        {
            "", "each: \"$..*\", ", "each: \"$.i[*]\", ", "each: \"$..i..*\", ", "each: \"$..[?@..i && $..t]\", ",
        })
        {
            var reader = Rule(
                $"type: annotation, {each} id: [\"@.i\", x], at: 2026-01-01T00:00:00Z, text: [$.t, $..t, '{{$..none}}']");
            var before = GC.GetAllocatedBytesForCurrentThread();
            var reading = reader.Read(body);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            Assert.True(allocated < 64 << 20, $"{each}{allocated >> 20} MiB for {reading}");
        }
    }

    [GeneratedRegex(@"```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();

    static SourceReader Rule(string keys) => Parse($"mappings: {{ t: {{ rules: [{{ {keys} }}] }} }}", "t");

    static SourceReader Parse(string yaml, string name) =>
        SettingsFile.Parse(yaml, "leadline.yaml", _ => "set").Sources.Find(name)!;

    static IReadOnlyList<Fact> Facts(SourceReader reader, string body) => Assert.IsType<FactsReading>(Read(reader, body)).Facts;

    /// <summary>As the server reads it: after the scrub, with what is kept of the headers.</summary>
    static Reading Read(SourceReader reader, string body, params (string Name, string Value)[] headers) =>
        reader.Read(Intake.Prepare(reader, Of(body, headers)).Delivery);

    static Delivery Of(string body, params (string Name, string Value)[] headers) => new()
    {
        Source = "t",
        Headers = Delivery.NoHeaders.AddRange(headers.Select(header => KeyValuePair.Create(header.Name, header.Value))),
        Body = Encoding.UTF8.GetBytes(body),
        ReceivedAt = DateTimeOffset.UnixEpoch,
    };
}
