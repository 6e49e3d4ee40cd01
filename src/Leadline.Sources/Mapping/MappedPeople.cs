using System.Collections.Immutable;

namespace Leadline.Sources.Mapping;

/// <summary>
/// Where people stand in a body that nobody but its sender knows: where they stand almost everywhere, and where the mapping
/// says.
/// </summary>
public static class MappedPeople
{
    static readonly ImmutableHashSet<string> Persons =
    [
        "author", "authors", "committer", "user", "users", "sender", "actor", "pusher", "creator", "created_by",
        "createdBy", "updated_by", "updatedBy", "assignee", "assignees", "reporter", "reported_by", "reportedBy",
        "requester", "requested_by", "requestedBy", "triggered_by", "triggeredBy", "started_by", "startedBy",
        "deployed_by", "deployedBy", "initiator", "initiated_by", "initiatedBy", "approver", "approvers", "approved_by",
        "approvedBy", "reviewer", "reviewers", "merged_by", "mergedBy", "closed_by", "closedBy", "resolved_by",
        "resolvedBy", "acknowledged_by", "acknowledgedBy", "responder", "responders", "on_call", "onCall",
    ];

    static readonly ImmutableHashSet<string> Names =
    [
        "login", "username", "user_name", "userName", "user_id", "userId", "user_login", "user_email", "display_name",
        "displayName", "nickname", "first_name", "firstName", "last_name", "lastName", "email", "mail", "emailAddress",
        "email_address", "phone", "avatar_url", "avatarUrl", "avatar", "author_name", "authorName", "author_email",
        "authorEmail", "committer_name", "committer_email",
    ];

    static readonly ImmutableHashSet<string> Texts =
        ["message", "title", "text", "description", "summary", "comment", "body", "subject", "note", "notes"];

    /// <summary>The fields of a mapping's bodies.</summary>
    /// <param name="rules">What they read as an author is a person, and what they read as a text is looked through for
    /// people.</param>
    /// <param name="declared">What the mapping says itself.</param>
    internal static PersonalFields Of(ImmutableArray<MappingRule> rules, IEnumerable<string> declared)
    {
        var people = Persons.Union(declared);
        var authors = PathsOf(rules, "author")
            .Where(path => !path.Names.Any(name => people.Contains(name) || Names.Contains(name)));
        var texts = PathsOf(rules, "message", "title", "text").Select(path => path.LastName).OfType<string>();
        return new PersonalFields(
            people.Union(authors.Select(path => path.LastName).OfType<string>()), Names, Texts.Union(texts));
    }

    /// <summary>The personal field that the path goes through; null where it goes through none.</summary>
    public static string? FieldOf(JsonPath path, PersonalFields fields) =>
        path.Names.FirstOrDefault(name => fields.People.Contains(name) || fields.Strings.Contains(name));

    static IEnumerable<JsonPath> PathsOf(ImmutableArray<MappingRule> rules, params ImmutableArray<string> keys) =>
        rules.SelectMany(rule => rule.Keys).Where(pair => keys.Contains(pair.Key.Name)).SelectMany(pair => pair.Value.Paths);
}
