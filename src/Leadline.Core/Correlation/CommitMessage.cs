namespace Leadline.Core;

/// <summary>What a commit message says about other commits, changes and incidents.</summary>
/// <param name="Reverts">The commit (its digits) or change (<c>#7</c>) that this one reverts, or null.</param>
/// <param name="Mentions">Issue and incident keys (<c>SHOP-12</c>, <c>#45</c>), separated by spaces; null for none.</param>
public readonly record struct CommitMessage(string? Reverts, string? Mentions)
{
    public static CommitMessage Parse(string? message) => throw new NotImplementedException();
}
