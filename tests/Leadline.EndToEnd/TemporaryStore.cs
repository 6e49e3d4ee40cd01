namespace Leadline.EndToEnd;

/// <summary>A folder for one store file, gone after the test.</summary>
sealed class TemporaryStore : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("leadline-");

    public string File => Path.Combine(folder.FullName, "store.duckdb");

    /// <summary>Writes another file into the folder.</summary>
    /// <returns>Its path.</returns>
    public string Beside(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Makes a folder in it.</summary>
    /// <returns>Its path.</returns>
    public string Folder(string name) => folder.CreateSubdirectory(name).FullName;

    public void Dispose() => folder.Delete(recursive: true);
}
