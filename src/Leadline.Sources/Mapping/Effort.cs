using System.Runtime.InteropServices;
using System.Text.Json;

namespace Leadline.Sources.Mapping;

/// <summary>
/// What one body may cost: a mapping is written by one side and the body by another, and together they could ask for more than
/// any machine has. Whatever is more is an error that says so.
/// </summary>
sealed class Effort
{
    /// <summary>So many values of a body may be found by one path.</summary>
    public const int MostValues = 10_000;

    /// <summary>So many values a body may hold in all; twelve bytes are needed for each.</summary>
    public const int MostTokens = 1_000_000;

    /// <summary>No text that is read is longer, in bytes.</summary>
    public const int LongestText = 256 << 10;

    const int MostSteps = 4_000_000, MostWritten = 4 << 20;

    int steps = MostSteps;
    long written = MostWritten;

    /// <summary>Looks at the body before it is taken apart.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="FormatException">It holds too many values.</exception>
    public static void Check(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        for (var tokens = 0; reader.Read(); tokens++)
            if (tokens > MostTokens) throw new FormatException(
                $"the body holds more than {MostTokens} values, and no mapping takes more");
    }

    /// <exception cref="FormatException">All is spent.</exception>
    public void Spend(int count)
    {
        if ((steps -= count) < 0) throw new FormatException(
            "the body is too large for the paths of its mapping: write paths without .. and filters");
    }

    /// <exception cref="FormatException">The paths find too much.</exception>
    public void Add(List<JsonElement> found, in JsonElement value)
    {
        Spend(1);
        if (found.Count == MostValues) throw new FormatException(
            $"a path finds more than {MostValues} values in the body: no mapping takes more of one");
        found.Add(value);
    }

    /// <exception cref="FormatException">The facts would be larger than any real ones.</exception>
    public void Write(int bytes)
    {
        if ((written -= bytes) < 0) throw new FormatException(
            $"what the mapping makes of the body is larger than {MostWritten >> 20} MiB");
    }

    /// <summary>How many bytes the value has as it is written in the body; looking at them is paid for.</summary>
    public int LengthOf(in JsonElement value)
    {
        var length = JsonMarshal.GetRawUtf8Value(value).Length;
        Spend(1 + (length / 64));
        return length;
    }
}
