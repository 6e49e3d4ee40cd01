namespace Leadline.Scenarios;

/// <summary>The words of one line, taken from the front; a quoted text is one word, a <c>#</c> after a space begins a comment.</summary>
sealed class Words
{
    readonly List<string> words = [];
    int next;

    public Words(string text, int line)
    {
        Line = line;
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]) || text[i] == ',')
            {
                i++;
                continue;
            }

            // A change is #7; anything else after a # is a comment.
            if (text[i] == '#' && !(i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]))) break;
            var start = i;
            if (text[i] == '"')
            {
                var end = text.IndexOf('"', i + 1);
                if (end < 0) throw new ScenarioException(line, "a quote is opened and not closed");
                words.Add(text[(start + 1)..end]);
                i = end + 1;
                continue;
            }

            while (i < text.Length && !char.IsWhiteSpace(text[i]) && text[i] != ',') i++;
            words.Add(text[start..i]);
        }
    }

    public int Line { get; }

    public bool IsEmpty => next >= words.Count;

    public string? Peek => IsEmpty ? null : words[next];

    public string Take(string what) => IsEmpty ? throw new ScenarioException(Line, $"{what} is missing at the end of the line") : words[next++];

    /// <summary>Takes these words if they come next.</summary>
    public bool Has(params ReadOnlySpan<string> expected)
    {
        if (next + expected.Length > words.Count) return false;
        for (var i = 0; i < expected.Length; i++)
            if (words[next + i] != expected[i]) return false;
        next += expected.Length;
        return true;
    }

    /// <summary>Takes words up to the next of the keywords, or the end.</summary>
    public List<string> TakeUntil(params ReadOnlySpan<string> keywords)
    {
        var taken = new List<string>();
        while (!IsEmpty && !keywords.Contains(words[next])) taken.Add(words[next++]);
        return taken;
    }

    public string Rest()
    {
        var rest = string.Join(' ', words.Skip(next));
        next = words.Count;
        return rest;
    }

    public void End()
    {
        if (!IsEmpty) throw new ScenarioException(Line, $"'{Peek}' is not expected here");
    }
}
