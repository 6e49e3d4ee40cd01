using System.Collections.Immutable;

namespace Leadline.Settings;

/// <summary>
/// Everything that is wrong with the settings, a sentence each: <c>leadline.yaml:3:5 definitions.preset: …</c>.
/// </summary>
public sealed class SettingsException(ImmutableArray<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public ImmutableArray<string> Errors => errors;
}
