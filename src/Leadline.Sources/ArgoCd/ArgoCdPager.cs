using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.ArgoCd;

/// <summary>Asks Argo CD's API for its applications; each has the history of its last syncs in it.</summary>
public sealed class ArgoCdPager : Pager
{
    public override string Source => "argocd";

    public override int Version => 1;

    public override Uri? Api => null;

    public override string ScopeWord => "projects";

    public override string Everything => "*";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override (string Name, string Value) Proof(string token) => ("Authorization", "Bearer " + token);

    public override string Right(PageRequest request) => "applications, get";

    /// <summary>With all fields: of those that can be chosen neither the history nor the uid is one.</summary>
    public override ImmutableArray<PageRequest> First(string scope, PageSpan span) =>
        [
            new()
            {
                Kind = "applications",
                Address = "api/v1/applications" + (scope == "*" ? "" : $"?projects={Uri.EscapeDataString(scope)}"),
            },
        ];

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);

        // Where there is none, the list is null.
        var items = document.RootElement.Field("items");
        return new Page
        {
            Items = items.ValueKind == JsonValueKind.Null ? [] : [.. Envelope.List(items, "applications").Select(Item)],
        };
    }

    /// <summary>It is another once a sync was done, or ended, or the application's health changed.</summary>
    static PageItem Item(JsonElement application)
    {
        var (metadata, status) = (application.Field("metadata"), application.Field("status"));
        var history = status.Field("history");
        var last = history.ValueKind == JsonValueKind.Array && history.GetArrayLength() > 0
            ? history[history.GetArrayLength() - 1] : default;
        var operation = status.Field("operationState");
        var state =
            $"{last.JsonOf("id")}:{last.TextOf("deployedAt")}:{operation.TextOf("phase")}:{operation.TextOf("startedAt")}:"
            + $"{operation.TextOf("finishedAt")}"
                + $":{status.Field("health").TextOf("status")}";
        return new PageItem(
            $"{metadata.TextOf("uid")}:{metadata.TextOf("namespace")}/{metadata.TextOf("name")}:{state}", Delivery.NoHeaders,
            Envelope.Of(
                ("kind", "\"Application\""), ("metadata", metadata.GetRawText()), ("spec", application.JsonOf("spec")),
                ("status", application.JsonOf("status"))));
    }
}
