using System.Text;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Docs;

/// <summary><c>docs/reference/sources.md</c> is written from the catalogue, with <c>LEADLINE_UPDATE_DOCS=1</c>.</summary>
public sealed class SourcesReferenceTest
{
    static readonly string Reference = Path.Combine(Shared.Repository, "docs", "reference", "sources.md");

    [Fact]
    public void Describes_the_sources_as_they_are()
    {
        var written = Write();
        if (Environment.GetEnvironmentVariable("LEADLINE_UPDATE_DOCS") == "1") File.WriteAllText(Reference, written);

        Assert.True(
            File.Exists(Reference) && File.ReadAllText(Reference) == written,
            "docs/reference/sources.md is not what the catalogue says; LEADLINE_UPDATE_DOCS=1 ./build writes it again");
    }

    [Fact]
    public void Every_source_says_what_it_is_what_is_read_of_it_and_how_it_proves_itself()
    {
        var without =
            Catalogue.Readers.Where(reader => reader.About is not { Title.Length: > 0, Sends.Length: > 0, Proof.Length: > 0 })
                .Select(reader => reader.GetType().Name).ToList();
        Assert.True(without.Count == 0, "these have no About: " + string.Join(", ", without));
    }

    [Fact]
    public void Every_source_has_a_page_of_its_own() =>
        Assert.All(
            Catalogue.Readers,
            reader =>
                Assert.True(
                    File.Exists(Path.Combine(Shared.Repository, "src", "Leadline.Sources", FolderOf(reader), "README.md")),
                    reader.Source));

    static string Write()
    {
        var text = new StringBuilder("""
            # Sources

            Written from the program itself by `LEADLINE_UPDATE_DOCS=1 ./build`; a test fails where it differs. `leadline sources` prints the same.

            Each sends to its own address of the server, `https://YOUR-HOST/api/v1/deliveries/SOURCE`, and proves itself by a secret that stands in
            [leadline.yaml](definitions.md): `sources.SOURCE.secret`, or in a file that `sources.SOURCE.secret_file` names and that is read for each
            delivery. Several are valid at once while one replaces another. The page of each says how to connect it, what each event gives, and what
            is ignored and why.

            | source | | what is read | proves itself by |
            |---|---|---|---|

            """);
        foreach (var reader in Catalogue.Readers.OrderBy(reader => reader.About.Title, StringComparer.OrdinalIgnoreCase))
            text.Append(
                $"| `{reader.Source}` | [{reader.About.Title}](../../src/Leadline.Sources/{FolderOf(reader)}/README.md) | "
                    + $"{reader.About.Sends} | {reader.About.Proof} |\n");
        return text.ToString();
    }

    static string FolderOf(SourceReader reader) => reader.GetType().Namespace!.Split('.')[^1];
}
