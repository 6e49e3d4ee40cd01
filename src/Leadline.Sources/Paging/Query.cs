namespace Leadline.Sources.Paging;

/// <summary>The query of an address.</summary>
static class Query
{
    /// <summary>The address with this parameter, in place of the one that it had.</summary>
    public static string With(this string address, string name, string value)
    {
        var parts = address.Split('?', 2);
        var others = parts.Length == 1 ? [] : parts[1].Split('&').Where(one => one.Split('=')[0] != name);
        return $"{parts[0]}?{string.Join('&', others.Append($"{name}={Uri.EscapeDataString(value)}"))}";
    }

    /// <summary>The whole number that a parameter has; 0 where it has none.</summary>
    public static int NumberOf(this string address, string name)
    {
        var parts = address.Split('?', 2);
        var value = parts.Length == 1 ? null
            : parts[1].Split('&').Select(one => one.Split('=', 2)).FirstOrDefault(one => one[0] == name)?.ElementAtOrDefault(1);
        return int.TryParse(value, out var number) ? number : 0;
    }
}
