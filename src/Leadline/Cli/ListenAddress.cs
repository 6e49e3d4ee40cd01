using System.Globalization;
using System.Net;

namespace Leadline.Cli;

/// <summary>What <c>--listen</c> takes: an address or <c>localhost</c>, and a port.</summary>
static class ListenAddress
{
    /// <summary>
    /// Null where it is none: a port alone, or an address alone, would be guessed at and may open the server to others.
    /// </summary>
    public static IPEndPoint? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return null;
        var host = text[..colon];
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return new IPEndPoint(IPAddress.Loopback, port);
        var isWhole = host is ['[', .., ']'] || host.Count(letter => letter == '.') == 3;
        return isWhole && IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : null;
    }
}
