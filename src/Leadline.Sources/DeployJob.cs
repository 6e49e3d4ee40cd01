using System.Text.RegularExpressions;

namespace Leadline.Sources;

/// <summary>Tells from a job's name where it deploys to, for tools whose payloads have no field for that.</summary>
public static partial class DeployJob
{
    /// <summary>
    /// <c>production</c> for <c>deploy-production</c>, <c>deploy_to_production</c> and <c>Deploy to production</c>; null for a
    /// name that does not say both. Whether that is an environment at all, the definitions decide.
    /// </summary>
    public static string? EnvironmentOf(string? name) =>
        Pattern().Match(name ?? "") is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^deploy(?:[-_./:]+(?:to[-_./:]+)?| +to +)([^ ]+)$", RegexOptions.IgnoreCase)]
    private static partial Regex Pattern();
}
