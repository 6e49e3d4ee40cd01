namespace Leadline.Cli;

/// <summary>Where the store is when nobody says.</summary>
static class StoreAddress
{
    /// <summary>LEADLINE_STORE, else a file of this name in the user's data directory.</summary>
    public static string Default(string name) => Environment.GetEnvironmentVariable("LEADLINE_STORE") is { Length: > 0 } address ? address : InUserData(name);

    /// <summary>A file of this name in the user's data directory, which is made.</summary>
    public static string InUserData(string name)
    {
        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "leadline");
        Directory.CreateDirectory(folder);
        return "duckdb:" + Path.Combine(folder, name + ".duckdb");
    }
}
