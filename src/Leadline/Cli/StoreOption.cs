using System.CommandLine;
using Leadline.Storage;

namespace Leadline.Cli;

/// <summary><c>--store</c>: the store that a verb opens.</summary>
sealed class StoreOption : Option<string?>
{
    const string Scheme = "duckdb:";

    public StoreOption() : base("--store")
    {
        Description =
            "the store, as duckdb:FILE or postgres://USER@HOST/DATABASE; default: LEADLINE_STORE, or leadline.duckdb in the "
                + "user's data directory";
        HelpName = "ADDRESS";
    }

    /// <summary>The store that is named, else that of LEADLINE_STORE, else the one in the user's data directory.</summary>
    /// <exception cref="StoreException">There is no such directory, and it cannot be made.</exception>
    public string Address(ParseResult arguments) =>
        (arguments.GetValue(this) ?? Environment.GetEnvironmentVariable("LEADLINE_STORE")) is { Length: > 0 } named ? named
            : InUserData("leadline");

    /// <summary>A store of this name in the user's data directory, which is made.</summary>
    /// <exception cref="StoreException">There is no such directory, and it cannot be made.</exception>
    public static string InUserData(string name)
    {
        var data = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (data.Length == 0)
            throw new StoreException("there is no data directory for this user: name a store with --store duckdb:FILE");
        var folder = Path.Combine(data, "leadline");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{folder} cannot be made: {error.Message} Name a store with --store duckdb:FILE");
        }

        return Scheme + Path.Combine(folder, name + ".duckdb");
    }

    /// <summary>Whether the address is that of a file which is not there.</summary>
    public static bool IsMissing(string address) =>
        address.StartsWith(Scheme, StringComparison.Ordinal) && address != Scheme + ":memory:"
            && !File.Exists(address[Scheme.Length..]);
}
