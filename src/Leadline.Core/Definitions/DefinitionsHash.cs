namespace Leadline.Core;

public static class DefinitionsHash
{
    /// <summary><c>sha256:</c> and 64 digits over everything that decides a number; equal definitions have equal hashes.</summary>
    public static string Of(Definitions definitions) => throw new NotImplementedException();
}
