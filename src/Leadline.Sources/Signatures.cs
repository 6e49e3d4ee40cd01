using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Leadline.Core;

namespace Leadline.Sources;

/// <summary>
/// The ways in which senders prove that they know a secret; all compare in constant time, and none holds while there is no
/// secret.
/// </summary>
public static class Signatures
{
    /// <summary>Whether the header is the prefix and the hexadecimal HMAC-SHA256 of the body.</summary>
    public static bool HmacSha256Hex(Delivery delivery, string header, string prefix, ReadOnlySpan<byte> secret)
    {
        // Anybody can sign with nothing.
        if (secret.IsEmpty) return false;
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
        Authorization(delivery, "Bearer ") is { } given && IsSecret(Encoding.UTF8.GetBytes(given), secret);

    /// <summary>Whether the Authorization header has the secret as the password, of whatever user.</summary>
    public static bool Basic(Delivery delivery, ReadOnlySpan<byte> secret)
    {
        if (Authorization(delivery, "Basic ") is not { } given) return false;
        var pair = new byte[given.Length];
        if (!Convert.TryFromBase64String(given, pair, out var length)) return false;
        var colon = pair.AsSpan(0, length).IndexOf((byte)':');
        return colon >= 0 && IsSecret(pair.AsSpan((colon + 1)..length), secret);
    }

    static string? Authorization(Delivery delivery, string scheme) =>
        delivery.Header("Authorization") is { } given && given.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? given[scheme.Length..].Trim()
            : null;

    /// <summary>Hashes are compared, because the time of a comparison would tell the secret's length.</summary>
    static bool IsSecret(ReadOnlySpan<byte> given, ReadOnlySpan<byte> secret) =>
        !secret.IsEmpty && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given), SHA256.HashData(secret));
}
