using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Api;

namespace Leadline.Constraint;

/// <summary>
/// What the literature connects with a stage that holds things back: options, each with where it is from. Data, as the editions
/// of the benchmarks are.
/// </summary>
public static class Practices
{
    static readonly KnownPractices Known = Read();

    /// <summary>The options for some stages, each with its sources.</summary>
    public static ImmutableArray<Practice> Of(IEnumerable<string> stages) =>
    [
        .. from stage in stages
           from listed in Known.Practices
           where listed.Stage == stage
           select new Practice(
               stage, listed.Practice, listed.Says,
               [.. listed.Sources.Select(id => Known.Sources.First(source => source.Id == id))]),
    ];

    static KnownPractices Read()
    {
        using var stream = typeof(Practices).Assembly.GetManifestResourceStream("practices.json")!;
        return JsonSerializer.Deserialize<KnownPractices>(stream, Wire.Json)!;
    }

    sealed record KnownPractices(ImmutableArray<PracticeSource> Sources, ImmutableArray<ListedPractice> Practices);

    sealed record ListedPractice(string Stage, string Practice, string Says, ImmutableArray<string> Sources);
}

/// <summary>One option.</summary>
/// <param name="Name">As the literature calls it.</param>
public sealed record Practice(string Stage, string Name, string Says, ImmutableArray<PracticeSource> Sources);

/// <param name="Year">Null for what is kept up to date.</param>
/// <param name="Url">Null for what is printed.</param>
public sealed record PracticeSource(string Id, string Title, string Authors, int? Year, string? Url)
{
    /// <summary><c>Donald G. Reinertsen, The Principles of Product Development Flow, 2009</c>.</summary>
    public override string ToString() =>
        $"{(Title.StartsWith(Authors, StringComparison.Ordinal) ? "" : Authors + ", ")}{Title}"
            + $"{(Year is { } year ? $", {year}" : "")}";
}
