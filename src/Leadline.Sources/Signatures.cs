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
    public static bool HmacSha256Hex(Delivery delivery, string header, string prefix, ReadOnlySpan<byte> secret) =>
        delivery.Header(header) is { } given && IsHmacSha256(delivery, given, prefix, secret);

    /// <summary>Whether one of the signatures that the header lists, with commas between them, is that.</summary>
    public static bool HmacSha256HexListed(Delivery delivery, string header, string prefix, ReadOnlySpan<byte> secret)
    {
        foreach (var given in (delivery.Header(header) ?? "").Split(','))
            if (IsHmacSha256(delivery, given.Trim(), prefix, secret)) return true;
        return false;
    }

    /// <summary>Whether the header is the secret itself.</summary>
    public static bool Token(Delivery delivery, string header, ReadOnlySpan<byte> secret) =>
        delivery.Header(header) is { } given && IsSecret(Encoding.UTF8.GetBytes(given), secret);

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

    static bool IsHmacSha256(Delivery delivery, string given, string prefix, ReadOnlySpan<byte> secret)
    {
        // Anybody can sign with nothing.
        if (secret.IsEmpty || !given.StartsWith(prefix, StringComparison.Ordinal)) return false;
        Span<byte> expected = stackalloc byte[32];
        HMACSHA256.HashData(secret, delivery.Body.Span, expected);
        Span<byte> actual = stackalloc byte[32];
        var digits = given.AsSpan(prefix.Length);
        return digits.Length == 64
            && Convert.FromHexString(digits, actual, out _, out var written) == OperationStatus.Done && written == 32
            && CryptographicOperations.FixedTimeEquals(expected, actual);
    }

    /// <summary>Whether the header is the prefix and the HMAC-SHA256 of the body in Base64.</summary>
    public static bool HmacSha256Base64(Delivery delivery, string header, string prefix, ReadOnlySpan<byte> secret)
    {
        if (secret.IsEmpty || delivery.Header(header) is not { } given || !given.StartsWith(prefix, StringComparison.Ordinal))
            return false;
        Span<byte> actual = stackalloc byte[32];
        return Convert.TryFromBase64Chars(given.AsSpan(prefix.Length), actual, out var written) && written == 32
            && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(secret, delivery.Body.Span), actual);
    }

    static string? Authorization(Delivery delivery, string scheme) =>
        delivery.Header("Authorization") is { } given && given.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? given[scheme.Length..].Trim()
            : null;

    /// <summary>Hashes are compared, because the time of a comparison would tell the secret's length.</summary>
    static bool IsSecret(ReadOnlySpan<byte> given, ReadOnlySpan<byte> secret) =>
        !secret.IsEmpty && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given), SHA256.HashData(secret));

    /// <summary>
    /// Whether one of the signatures that the header lists, separated by commas, is the prefix and the hexadecimal HMAC-SHA256
    /// of the body: while a secret is replaced there is one of each.
    /// </summary>
    public static bool AnyHmacSha256Hex(Delivery delivery, string header, string prefix, ReadOnlySpan<byte> secret)
    {
        if (secret.IsEmpty || delivery.Header(header) is not { } given) return false;
        var expected = HMACSHA256.HashData(secret, delivery.Body.Span);
        var found = false;
        foreach (var range in given.AsSpan().Split(','))
        {
            var one = given.AsSpan(range).Trim();
            found |= one.StartsWith(prefix, StringComparison.Ordinal) && IsHex(one[prefix.Length..], expected);
        }

        return found;
    }

    /// <summary>
    /// Whether the header is <c>t=TIME,v1=DIGITS</c>, the digits being the hexadecimal HMAC-SHA256 of the time and the body
    /// after it.
    /// </summary>
    public static bool TimedHmacSha256Hex(Delivery delivery, string header, ReadOnlySpan<byte> secret)
    {
        if (secret.IsEmpty || delivery.Header(header) is not { } given) return false;
        var parts = given.Split(',', StringSplitOptions.TrimEntries);
        var time = Array.Find(parts, part => part.StartsWith("t=", StringComparison.Ordinal))?[2..];
        var digits = Array.Find(parts, part => part.StartsWith("v1=", StringComparison.Ordinal))?[3..];
        return time is not null && digits is not null
            && IsHex(digits, HmacSha256(secret, Encoding.UTF8.GetBytes(time), delivery.Body.Span));
    }

    /// <summary>
    /// Whether one of the signatures in <c>webhook-signature</c> is that of id, time and body, as Standard Webhooks and Svix
    /// write it.
    /// </summary>
    /// <param name="delivery">What was sent.</param>
    /// <param name="secret">As the sender shows it: after <c>whsec_</c> stands the key in Base64; without that it is the
    /// key.</param>
    public static bool StandardWebhook(Delivery delivery, ReadOnlySpan<byte> secret)
    {
        if (secret.IsEmpty || KeyOf(secret) is not { Length: > 0 } key) return false;
        if ((Named("id"), Named("timestamp"), Named("signature")) is not ({ } id, { } time, { } given)) return false;
        var expected = HmacSha256(key, Encoding.UTF8.GetBytes($"{id}.{time}."), delivery.Body.Span);
        Span<byte> actual = stackalloc byte[32];
        var found = false;
        foreach (var range in given.AsSpan().Split(' '))
        {
            var one = given.AsSpan(range);
            found |= one.StartsWith("v1,", StringComparison.Ordinal)
                && Convert.TryFromBase64Chars(one[3..], actual, out var written) && written == 32
                && CryptographicOperations.FixedTimeEquals(expected, actual);
        }

        return found;

        string? Named(string part) => delivery.Header($"webhook-{part}") ?? delivery.Header($"svix-{part}");
    }

    static byte[]? KeyOf(ReadOnlySpan<byte> secret)
    {
        if (!secret.StartsWith("whsec_"u8)) return secret.ToArray();
        var text = Encoding.UTF8.GetString(secret["whsec_".Length..]);
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) ? key[..length] : null;
    }

    static byte[] HmacSha256(ReadOnlySpan<byte> key, ReadOnlySpan<byte> before, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(before);
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    static bool IsHex(ReadOnlySpan<char> digits, ReadOnlySpan<byte> expected)
    {
        Span<byte> actual = stackalloc byte[32];
        return digits.Length == 64
            && Convert.FromHexString(digits, actual, out _, out var written) == OperationStatus.Done && written == 32
            && CryptographicOperations.FixedTimeEquals(expected, actual);
    }
}
