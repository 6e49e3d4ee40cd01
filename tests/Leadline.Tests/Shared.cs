using Xunit;

namespace Leadline.Tests;

/// <summary>
/// The shared recordings beside the checkout, or where LEADLINE_SHARED says; tests that need them are skipped without.
/// </summary>
static class Shared
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("LEADLINE_SHARED")
        ?? Path.Combine(Repository, "..", "shared");

    /// <summary>The repository's own root.</summary>
    public static string Repository
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Leadline.slnx")))
                folder = Path.GetDirectoryName(folder);
            return folder ?? throw new InvalidOperationException("the tests run outside of the repository");
        }
    }

    /// <summary>The file or folder below the shared root; the test is skipped where it is missing.</summary>
    public static string Find(params string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine([Root, .. parts]));
        Assert.SkipUnless(
            Path.Exists(path),
            $"{string.Join('/', parts)} is not there: put the shared recordings beside the checkout or name them in "
                + "LEADLINE_SHARED");
        return path;
    }
}
