namespace Leadline.Scenarios;

/// <summary>A line that is not of the grammar, with what was expected.</summary>
public sealed class ScenarioException(int line, string sentence) : Exception(sentence)
{
    public int Line => line;
}
