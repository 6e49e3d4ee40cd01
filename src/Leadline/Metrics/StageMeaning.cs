namespace Leadline.Metrics;

/// <summary>What the stages of lead time and of recovery are, for people.</summary>
static class StageMeaning
{
    public static string Of(string stage) => stage switch
    {
        "coding" => "from the start of work until the change was opened",
        "pickup" => "until somebody else first reviewed it",
        "review" => "until it was merged",
        "build" => "until the merge commit was green",
        "wait" => "until the deployment began, approvals inside",
        "deploy" => "until it had succeeded",
        "detect" => "from the success of the deployment until an incident started",
        "acknowledge" => "until somebody took it",
        "mitigate" => "until a deployment that repairs it succeeded; where none is known, until it was over",
        "verify" => "until it was over",
        _ => throw new ArgumentException($"there is no stage '{stage}'", nameof(stage)),
    };
}
