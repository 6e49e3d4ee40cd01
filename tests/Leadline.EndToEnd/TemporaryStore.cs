namespace Leadline.EndToEnd;

/// <summary>A folder for one store file, gone after the test.</summary>
sealed class TemporaryStore : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("leadline-");

    public string File => Path.Combine(folder.FullName, "store.duckdb");

    public void Dispose() => folder.Delete(recursive: true);
}
