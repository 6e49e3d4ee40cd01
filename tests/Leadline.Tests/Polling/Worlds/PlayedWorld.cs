using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Leadline.Core;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>
/// What a source has to tell, as its API shows it, a few things a page; and the webhooks that it would have sent of the same.
/// </summary>
abstract class PlayedWorld
{
    public const int AtOnce = 3;

    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    readonly Dictionary<string, List<JsonObject>> lists = [];
    readonly List<(ImmutableDictionary<string, string> Headers, string Body)> webhooks = [];

    public abstract string Source { get; }

    /// <summary>Under which a test names it.</summary>
    public virtual string Name => Source;

    /// <summary>The scopes that are asked for; null for all.</summary>
    public virtual ImmutableArray<string> Names => ["*"];

    /// <summary>Where its API lies on its host.</summary>
    public virtual string Below => "";

    public IReadOnlyList<(ImmutableDictionary<string, string> Headers, string Body)> Webhooks => webhooks;

    /// <summary>What no webhook tells of: of each thing a text that stands in its delivery alone.</summary>
    public virtual IEnumerable<string> Alone => [];

    /// <summary>Whether webhooks tell of this, as a test writes it; else the API alone does.</summary>
    public virtual bool IsTold(string thing) => true;

    /// <summary>A part of the addresses of a listing that has several pages; null where it is whole in one answer.</summary>
    public abstract string? Paged { get; }

    /// <summary>
    /// Something new is there, a minute after <see cref="Now"/>: in a listing that begins with the newest all others move on by
    /// one.
    /// </summary>
    public virtual void Appear()
    {
    }

    /// <summary>Something that is measured happens a minute after <see cref="Now"/> to a thing that is known by then.</summary>
    public abstract void Happen();

    public Played Answer(HttpRequest request)
    {
        lock (lists) return AnswerNow(request);
    }

    protected abstract Played AnswerNow(HttpRequest request);

    protected static DateTimeOffset Later => Now.AddMinutes(1);

    protected List<JsonObject> List(string name) => lists.TryGetValue(name, out var list) ? list : lists[name] = [];

    protected void Add(string list, object thing) => List(list).Add((JsonObject)JsonSerializer.SerializeToNode(thing)!);

    protected void Hook(object body, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var all = Delivery.NoHeaders;
        foreach (var (name, value) in headers) all = all.Add(name, value);
        webhooks.Add((all, JsonSerializer.Serialize(body)));
    }

    protected static JsonArray Page(IEnumerable<JsonObject> things, int from, int size = AtOnce) =>
        [.. things.Skip(from).Take(size).Select(thing => (JsonNode)thing.DeepClone())];

    protected static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    protected static DateTimeOffset At(JsonObject thing, string name) => At((string)thing[name]!);

    protected static string Text(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    protected static int Number(HttpRequest request, string name, int otherwise = 0) =>
        int.TryParse(request.Query[name], out var number) ? number : otherwise;

    protected static string ShaOf(int number) =>
        Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes($"acme {number}")));

    protected static Played Ok(JsonNode body, params (string Name, string Value)[] headers) =>
        new(200, body.ToJsonString(), headers);

    protected static Played NotFound => new(404, "{}");
}
