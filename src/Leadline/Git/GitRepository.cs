namespace Leadline.Git;

/// <summary>A repository on this machine that the git program can read.</summary>
sealed record GitRepository(string Path, GitProgram Git, string Name, IReadOnlyList<string> Notes)
{
    /// <param name="path">A folder in it; the whole repository is meant.</param>
    /// <param name="cancellation">Stops git.</param>
    /// <exception cref="GitException">It is none, or git is missing or may not read it.</exception>
    public static async Task<GitRepository> OpenAsync(string path, CancellationToken cancellation)
    {
        if (!Directory.Exists(path)) throw new GitException($"{path} is not a folder: name the folder of a git repository");
        var git = new GitProgram(path);
        string[] answers;
        try
        {
            answers = (await git.TextAsync(
                ["rev-parse", "--is-shallow-repository", "--git-path", "info/grafts", "--absolute-git-dir"],
                cancellation)).Split('\n');
        }
        catch (GitRefusedException refusal)
        {
            throw new GitException(refusal.Message.Contains("dubious ownership", StringComparison.Ordinal)
                ? $"{path} belongs to another user, and git reads it only when told to: git config --global --add "
                    + $"safe.directory {System.IO.Path.GetFullPath(path)}"
                : $"{path} is not a git repository: run this in a clone, or name one");
        }

        var notes = new List<string>();
        if (answers[0] == "true")
            notes.Add(
                "this is a shallow clone: what lies before its boundary is unknown; run git fetch --unshallow for all of it");
        var grafts = new FileInfo(System.IO.Path.Combine(path, answers[1]));
        var replaced = await git.TextAsync(["for-each-ref", "--count=1", "refs/replace"], cancellation);
        if (replaced.Length > 0 || grafts is { Exists: true, Length: > 0 })
            notes.Add(
                "grafts or replacements (git replace) change the parents of some commits here: the history is read as git "
                    + "shows it with them");
        return new GitRepository(
            path, git,
            NameOf((await git.TryTextAsync(["rev-parse", "--show-toplevel"], cancellation))?.TrimEnd('\n'), answers[2]), notes);
    }

    /// <summary>The folder's name; a bare repository has no other folder than git's own.</summary>
    static string NameOf(string? top, string gitFolder)
    {
        var name = System.IO.Path.GetFileName(
            System.IO.Path.TrimEndingDirectorySeparator(top is { Length: > 0 } ? top : gitFolder));
        if (name == ".git") name = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(gitFolder));
        if (string.IsNullOrWhiteSpace(name)) return "repository";
        return name.EndsWith(".git", StringComparison.Ordinal) && name.Length > 4 ? name[..^4] : name;
    }
}
