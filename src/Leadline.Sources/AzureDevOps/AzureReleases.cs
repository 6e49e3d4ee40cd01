using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Sources.Paging;

namespace Leadline.Sources.AzureDevOps;

/// <summary>
/// What classic releases deployed. Of Azure DevOps Services they lie on a host of their own, which takes the same token.
/// </summary>
static partial class AzureReleases
{
    public const string Kind = "releases";

    const string Services = "dev.azure.com", OlderServices = ".visualstudio.com", Beside = "vsrm";

    /// <summary>By their last change; without the version of the API.</summary>
    public static string Address(DateTimeOffset from) =>
        $"release/deployments?minModifiedTime={Envelope.Written(from)}&queryOrder=descending&$top=100&";

    /// <summary>Null for a server of one's own, which has all on one host.</summary>
    public static Uri? HostBeside(Uri api) => api.Host switch
    {
        Services => new UriBuilder(api) { Host = $"{Beside}.{Services}" }.Uri,
        var host when host.EndsWith(OlderServices, StringComparison.Ordinal) && host.Count(letter => letter == '.') == 2 =>
            new UriBuilder(api) { Host = $"{host[..^OlderServices.Length]}.{Beside}{OlderServices}" }.Uri,
        _ => null,
    };

    public static string KeyOf(JsonElement deployment)
    {
        var at = deployment.TextOf("lastModifiedOn") ?? deployment.TextOf("completedOn");
        return $"release:{deployment.NumberOf("id")}:{deployment.JsonOf("attempt")}:{StatusOf(deployment)}:{at}";
    }

    /// <summary>As the service hook would have sent it.</summary>
    /// <param name="deployment">As it is listed.</param>
    /// <param name="scope">The project that it was asked of.</param>
    public static byte[] AsTheHook(JsonElement deployment, string scope)
    {
        var status = StatusOf(deployment);
        var isOver = status is not ("queued" or "inProgress");
        var (release, project) = (deployment.JsonOf("release"), ProjectOf(deployment, scope));
        var environment = Envelope.Written(
            ("name", deployment.Field("releaseEnvironment").JsonOf("name")), ("status", Envelope.Text(status)),
            ("releaseDefinition", deployment.JsonOf("releaseDefinition")));
        var times = Envelope.Written(
            ("attempt", deployment.JsonOf("attempt")), ("queuedOn", TimeOf("queuedOn")), ("startedOn", TimeOf("startedOn")),
            ("completedOn", isOver ? TimeOf("completedOn") : "null"));
        var resource = Envelope.Written(
            ("environment", environment), ("release", release), ("deployment", times), ("project", project));
        return Envelope.Of(
            ("eventType", $"\"ms.vss-release.deployment-{(isOver ? "completed" : "started")}-event\""),
            ("createdDate", isOver && TimeOf("completedOn") is var completed and not "null" ? completed
                : TimeOf("lastModifiedOn")),
            ("resource", resource), ("resourceContainers", $$"""{"project":{{project}}}"""));

        // What did not happen yet happened in the year 1.
        string TimeOf(string name) =>
            deployment.TextOf(name) is { } at && !at.StartsWith("0001-", StringComparison.Ordinal) ? deployment.JsonOf(name)
                : "null";
    }

    /// <summary>The environment's, which the API says in two words.</summary>
    static string StatusOf(JsonElement deployment) =>
        (Lower(deployment, "deploymentStatus"), Lower(deployment, "operationStatus")) switch
        {
            (not "succeeded" and not "partiallysucceeded", "canceled" or "cancelled") => "canceled",
            ("failed", "rejected") => "rejected",
            ("notdeployed", "rejected") => "rejected",
            ("notdeployed" or "undefined" or null, _) => "queued",
            ("inprogress", _) => "inProgress",
            _ => deployment.TextOf("deploymentStatus")!,
        };

    static string? Lower(JsonElement deployment, string name) => deployment.TextOf(name)?.ToLowerInvariant();

    /// <summary>Where it is not named by itself, its id stands in the address of its release.</summary>
    static string ProjectOf(JsonElement deployment, string scope)
    {
        var named = deployment.Field("projectReference");
        var id = named.TextOf("id")
            ?? (Id().Match(deployment.Field("release").TextOf("url") ?? "") is { Success: true } match ? match.Groups[1].Value
                : null);
        return Envelope.Written(
            ("id", id is null ? "null" : Envelope.Text(id)),
            ("name", Envelope.Text(named.TextOf("name") ?? scope[(scope.LastIndexOf('/') + 1)..])));
    }

    [GeneratedRegex("/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/_apis/", RegexOptions.IgnoreCase)]
    private static partial Regex Id();
}
