namespace Leadline.Git;

/// <summary>What git, or the repository, does not give, in a sentence for the person who asked.</summary>
public sealed class GitException(string message) : Exception(message);
