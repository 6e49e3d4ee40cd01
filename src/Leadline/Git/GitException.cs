namespace Leadline.Git;

/// <summary>What git, or the repository, does not give, in a sentence for the person who asked.</summary>
public class GitException(string message) : Exception(message);

/// <summary>The git program ran and refused; the message is the first line of what it said.</summary>
public sealed class GitRefusedException(string message) : GitException(message);
