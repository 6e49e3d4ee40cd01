using System.Text.Json;
using Leadline.Sources.Mapping;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>Paths find what RFC 9535 says that they find.</summary>
public sealed class JsonPathTests
{
    const string Body = """
        {"o":{"j":1,"k":2,"j j":{"k.k":3},"'":{"@":4}},"a":[5,3,{"j":4},{"k":6},[7]],"n":null,"e":[],
         "b":[{"t":"red","p":8.95,"i":"x"},{"t":"blue","p":12.99},{"t":"réd","p":9,"i":"y"}],"f":{"x":"b","y":true}}
        """;

    [Theory]
    [InlineData("$.o.j", "1")]
    [InlineData("$['o']['j j']['k.k']", "3")]
    [InlineData("$[\"o\"][\"'\"]['@']", "4")]
    [InlineData("$.o['\\'']['\\u0040']", "4")]
    [InlineData("$ .o [ 'k' , \"j\" ]", "2", "1")]
    [InlineData("$.a[0]", "5")]
    [InlineData("$.a[-1][0]", "7")]
    [InlineData("$.a[9]")]
    [InlineData("$.a[-6]")]
    [InlineData("$.a.j")]
    [InlineData("$.o[0]")]
    [InlineData("$.missing.more")]
    [InlineData("$.n", "null")]
    [InlineData("$.n.a")]
    [InlineData("$.o.*", "1", "2", "{\"k.k\":3}", "{\"@\":4}")]
    [InlineData("$.e[*]")]
    [InlineData("$.a[1:3]", "3", "{\"j\":4}")]
    [InlineData("$.a[3:]", "{\"k\":6}", "[7]")]
    [InlineData("$.a[:2]", "5", "3")]
    [InlineData("$.a[1:5:2]", "3", "{\"k\":6}")]
    [InlineData("$.a[1:0:-1]", "3")]
    [InlineData("$.a[::-2]", "[7]", "{\"j\":4}", "5")]
    [InlineData("$.a[-2:]", "{\"k\":6}", "[7]")]
    [InlineData("$.a[::0]")]
    [InlineData("$..k", "2", "6")]
    [InlineData("$..[0]", "5", "7", "{\"t\":\"red\",\"p\":8.95,\"i\":\"x\"}")]
    [InlineData("$.a..*", "5", "3", "{\"j\":4}", "{\"k\":6}", "[7]", "4", "6", "7")]
    [InlineData("$.b[?@.i].t", "\"red\"", "\"réd\"")]
    [InlineData("$.b[?!@.i].t", "\"blue\"")]
    [InlineData("$.b[?@.t == 'blue'].p", "12.99")]
    [InlineData("$.b[?@.t != \"blue\"].p", "8.95", "9")]
    [InlineData("$.b[?@.p < 9].t", "\"red\"")]
    [InlineData("$.b[?@.p<=9.0].t", "\"red\"", "\"réd\"")]
    [InlineData("$.b[?@.p > 9 || @.i == 'x'].t", "\"red\"", "\"blue\"")]
    [InlineData("$.b[?@.p > 9 && @.i == 'x'].t")]
    [InlineData("$.b[?(@.p > 9 || @.i) && !(@.t == 'red')].t", "\"blue\"", "\"réd\"")]
    [InlineData("$.b[?@.t > 'blue' && @.t < 's'].t", "\"red\"", "\"réd\"")]
    [InlineData("$.b[?@.none == @.nothing].p", "8.95", "12.99", "9")]
    [InlineData("$.b[?@.i == @.none].t", "\"blue\"")]
    [InlineData("$.a[?@ > 4]", "5")]
    [InlineData("$.a[?@ == 5e0]", "5")]
    [InlineData("$.a[?@[0] >= 7]", "[7]")]
    [InlineData("$.f[?@ == true]", "true")]
    [InlineData("$[?@.x == $.f.x].y", "true")]
    [InlineData("$[?@ == null]", "null")]
    [InlineData("$[?@[?@.p > 12]][1].t", "\"blue\"")]
    [InlineData("@.j", "1")]
    public void Finds_what_the_standard_says(string path, params string[] expected)
    {
        using var document = JsonDocument.Parse(Body);
        var found = JsonPath.Parse(path).Select(document.RootElement, document.RootElement.GetProperty("o"), new Effort());

        Assert.Equal(expected, found.Select(value => value.GetRawText()));
    }

    [Theory]
    [InlineData("a", "begins with $ or @ (at character 1)")]
    [InlineData("$a", "nothing can begin with 'a' here (at character 2)")]
    [InlineData("$.a-b", "as ['a-b'] (at character 4)")]
    [InlineData("$.", "after the dot there must be a name")]
    [InlineData("$.1a", "after the dot there must be a name")]
    [InlineData("$. a", "after the dot there must be a name")]
    [InlineData("$.a ", "nothing can begin with ' '")]
    [InlineData("$[a]", "in [ ] there must be")]
    [InlineData("$[]", "in [ ] there must be")]
    [InlineData("$[0", "a ] is missing")]
    [InlineData("$['a]", "not closed")]
    [InlineData("$['\\x']", "after \\ there must be")]
    [InlineData("$[01]", "'01' is no whole number")]
    [InlineData("$[-0]", "'-0' is no whole number")]
    [InlineData("$[9007199254740992]", "is no whole number")]
    [InlineData("$[?length(@.a) > 1]", "functions are not known")]
    [InlineData("$[?@.a = 1]", "a ] is missing")]
    [InlineData("$[?@.* == 1]", "may find several values")]
    [InlineData("$[?1]", "a value alone is no filter")]
    [InlineData("$[?'a']", "a value alone is no filter")]
    [InlineData("$[?(@.a]", "a ) is missing")]
    [InlineData("$[?@.a == 01]", "is no number")]
    public void Says_where_a_path_is_wrong(string path, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<FormatException>(() => JsonPath.Parse(path)).Message);

    [Fact]
    public void Is_refused_where_it_is_nested_too_deeply()
    {
        var filters = string.Concat(Enumerable.Repeat("$[?", 5000));
        Assert.Contains("too deeply", Assert.Throws<FormatException>(() => JsonPath.Parse(filters)).Message);
        Assert.Contains(
            "too deeply", Assert.Throws<FormatException>(() => JsonPath.Parse("$[?" + new string('(', 5000))).Message);
        Assert.Contains(
            "no more than 64 parts",
            Assert.Throws<FormatException>(() => JsonPath.Parse("$" + string.Concat(Enumerable.Repeat("..*", 5000)))).Message);
    }
}
