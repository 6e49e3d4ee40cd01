using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>By the header <c>Link</c>: that of <see cref="GitHubWorld"/>.</summary>
sealed class GitHubPlayed : PlayedWorld
{
    readonly GitHubWorld world = new();

    public GitHubPlayed()
    {
        foreach (var pushed in world.Pushes()) Hook(pushed, ("X-GitHub-Event", "push"));
        foreach (var (happened, body) in world.Webhooks())
            Hook(System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(body), ("X-GitHub-Event", happened));
    }

    public override string Source => "github";

    public override ImmutableArray<string> Names => [GitHubWorld.Repository];

    public override string? Paged => "/pulls?";

    public override void Happen() => world.Merge(4, Later);

    public override void Appear() => world.Open(9, Later);

    protected override Played AnswerNow(HttpRequest request) => world.Answer(request);
}

/// <summary>By the header <c>Link</c>: that of <see cref="GitLabWorld"/>.</summary>
sealed class GitLabPlayed : PlayedWorld
{
    readonly GitLabWorld world = new();

    public GitLabPlayed()
    {
        foreach (var body in world.Webhooks)
            Hook(System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(body));
        foreach (var body in world.MoreWebhooks()) Hook(body);
    }

    public override string Source => "gitlab";

    public override ImmutableArray<string> Names => ["acme/*"];

    public override string? Paged => "/merge_requests?";

    public override void Happen() => world.Merge(3, Later);

    public override void Appear() => world.Open(8, Later);

    protected override Played AnswerNow(HttpRequest request) => world.Answer(request);
}
