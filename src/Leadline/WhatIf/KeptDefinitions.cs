using Leadline.Core;
using Leadline.Storage;

namespace Leadline.WhatIf;

/// <summary>The versions of the definitions that were in force, by their hash.</summary>
static class KeptDefinitions
{
    /// <summary>As many digits name a version where no other begins so.</summary>
    const int Fewest = 6;

    /// <param name="store">Which keeps them.</param>
    /// <param name="hash"><c>sha256:</c> and digits, or the first of the digits.</param>
    /// <exception cref="FormatException">None is named so, or several are.</exception>
    public static async Task<Definitions> FindAsync(Store store, string hash, CancellationToken cancellation)
    {
        var digits = hash.StartsWith("sha256:", StringComparison.Ordinal) ? hash["sha256:".Length..] : hash;
        if (digits.Length < Fewest)
            throw new FormatException(
                $"'{hash}' names no version of the definitions: write {Fewest} digits of its hash or more");
        var versions = (await store.DefinitionsHistoryAsync(cancellation)).DistinctBy(version => version.Hash).ToList();
        var named = versions.Where(version => version.Hash.StartsWith("sha256:" + digits, StringComparison.Ordinal)).ToList();
        return named switch
        {
            [var one] => CanonicalDefinitions.Read(one.Text),
            [] =>
                throw new FormatException(
                    $"no version of the definitions has the hash '{hash}': leadline definitions --versions lists those that "
                        + "were in force"),
            _ => throw new FormatException($"'{hash}' begins the hash of {named.Count} versions: write more of it"),
        };
    }
}
