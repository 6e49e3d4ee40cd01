using System.Collections.Frozen;
using System.Text.Json;

namespace Leadline.Sources.Otlp;

/// <summary>
/// In OTLP a field's name is a value beside it, where the scrub does not look for one. So what an attribute says of a person is
/// put under <see cref="Field"/> instead of <c>value</c>, and there the scrub finds it.
/// </summary>
static class PersonalAttributes
{
    public const string Field = "person";

    static readonly FrozenSet<string> Words =
    [
        "actor", "approver", "assignee", "author", "committer", "email", "enduser", "login", "reviewer", "sender", "user",
        "username",
    ];

    /// <summary>Addresses of the machines that people sit at.</summary>
    static readonly FrozenSet<string> Whole =
    [
        "client.address", "source.address", "network.peer.address", "http.client_ip", "process.owner",
    ];

    /// <summary>
    /// Whether an attribute of this name tells of a person: <c>vcs.ref.head.revision.author.name</c>, <c>enduser.id</c>.
    /// </summary>
    public static bool IsOne(string key) => Whole.Contains(key) || key.Split('.', '_').Any(Words.Contains);

    /// <summary>The element with what it says of people set apart.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var isPersonal = element.TryGetProperty("key"u8, out var key) && key.ValueKind == JsonValueKind.String
                    && IsOne(key.GetString()!);
                writer.WriteStartObject();
                foreach (var part in element.EnumerateObject())
                {
                    writer.WritePropertyName(isPersonal && part.NameEquals("value"u8) ? Field : part.Name);
                    Write(writer, part.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
