namespace Leadline.Settings;

/// <summary>Where something is written, counted from 1.</summary>
readonly record struct Place(long Line, long Column);

/// <summary>What is wrong with a file, each with its place and key, to be said all at once.</summary>
sealed class SettingsErrors(string file)
{
    readonly List<(Place At, string Sentence)> errors = [];

    /// <param name="at">Where it is written.</param>
    /// <param name="path">The key, with those it is in: <c>definitions.preset</c>; empty outside of all keys.</param>
    /// <param name="sentence">What is wrong, and what to write.</param>
    public void Add(Place at, string path, string sentence) =>
        errors.Add((at, path.Length == 0 ? sentence : $"{path}: {sentence}"));

    /// <summary>A sentence as an error is said, for what is wrong only once it is used.</summary>
    public string Written(Place at, string path, string sentence) => $"{file}:{at.Line}:{at.Column} {path}: {sentence}";

    /// <exception cref="SettingsException">There are errors.</exception>
    public void ThrowIfAny()
    {
        if (errors.Count == 0) return;
        throw new SettingsException([.. errors.OrderBy(error => error.At.Line).ThenBy(error => error.At.Column)
            .Select(error => $"{file}:{error.At.Line}:{error.At.Column} {error.Sentence}").Distinct()]);
    }
}
