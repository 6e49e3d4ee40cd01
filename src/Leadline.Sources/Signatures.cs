using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Leadline.Core;

namespace Leadline.Sources;

/// <summary>The ways in which senders prove that they know a secret; all compare in constant time.</summary>
public static class Signatures
{
    /// <summary>Whether the header is the prefix and the hexadecimal HMAC-SHA256 of the body.</summary>
    public static bool HmacSha256Hex(Delivery delivery, string header, string prefix, ReadOnlySpan<byte> secret)
    {
        if (delivery.Header(header) is not { } given || !given.StartsWith(prefix, StringComparison.Ordinal)) return false;
        Span<byte> expected = stackalloc byte[32];
        HMACSHA256.HashData(secret, delivery.Body.Span, expected);
        Span<byte> actual = stackalloc byte[32];
        var digits = given.AsSpan(prefix.Length);
        return digits.Length == 64
            && Convert.FromHexString(digits, actual, out _, out var written) == OperationStatus.Done && written == 32
            && CryptographicOperations.FixedTimeEquals(expected, actual);
    }

    /// <summary>Whether the Authorization header bears the secret itself.</summary>
    public static bool Bearer(Delivery delivery, ReadOnlySpan<byte> secret) =>
        delivery.Header("Authorization") is { } given && given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given[7..].Trim())), SHA256.HashData(secret));
}
