using System.Buffers;

namespace Leadline.Cli;

/// <summary>Cuts a stream into blocks of whole lines, in memory that does not grow with the stream.</summary>
public static class JsonLines
{
    /// <summary>A block holds at most this many lines.</summary>
    public const int MostLines = 1000;

    /// <summary>A block ends after the line that takes it past this many bytes.</summary>
    public const int MostBytes = 4 << 20;

    /// <summary>A longer line is given cut, and is not to be taken.</summary>
    public const int LongestLine = 8 << 20;

    /// <summary>The stream's lines that are not blank, in order, without their ends; a byte-order mark is left out.</summary>
    public static async IAsyncEnumerable<LineBlock> ReadAsync(
        Stream stream, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        var (start, end) = (0, 0);
        var number = 1L;
        var block = new LineBlock.Builder();
        var overlong = false;
        for (var first = true; ; first = false)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellation);
            end += read;
            if (first && buffer.AsSpan(0, end) is [0xEF, 0xBB, 0xBF, ..]) start = 3;

            while (buffer.AsSpan(start, end - start).IndexOf((byte)'\n') is var length and >= 0)
            {
                if (!overlong) block.Add(buffer.AsSpan(start, length), number);
                overlong = false;
                start += length + 1;
                number++;
                if (block.IsFull) yield return block.Take();
            }

            if (read == 0)
            {
                if (!overlong && end > start) block.Add(buffer.AsSpan(start, end - start), number);
                if (!block.IsEmpty) yield return block.Take();
                yield break;
            }

            if (overlong)
            {
                (start, end) = (0, 0);
                continue;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end < buffer.Length) continue;
            if (buffer.Length < LongestLine)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
                continue;
            }

            block.AddOverlong(number);
            overlong = true;
            end = 0;
        }
    }
}

/// <summary>Lines that follow each other, copied out of the reader's buffer.</summary>
public sealed class LineBlock
{
    readonly byte[] bytes;
    readonly Line[] lines;

    LineBlock(byte[] bytes, Line[] lines)
    {
        this.bytes = bytes;
        this.lines = lines;
    }

    /// <param name="Number">From 1, in the file.</param>
    /// <param name="Overlong">Longer than <see cref="JsonLines.LongestLine"/>; nothing of it is here.</param>
    public readonly record struct Line(long Number, int Start, int Length, bool Overlong);

    public ReadOnlySpan<Line> Lines => lines;

    public ReadOnlyMemory<byte> this[Line line] => bytes.AsMemory(line.Start, line.Length);

    public sealed class Builder
    {
        readonly ArrayBufferWriter<byte> writer = new(1 << 16);
        readonly List<Line> lines = [];

        public bool IsEmpty => lines.Count == 0;
        public bool IsFull => lines.Count == JsonLines.MostLines || writer.WrittenCount >= JsonLines.MostBytes;

        public void Add(ReadOnlySpan<byte> line, long number)
        {
            line = line.Trim(" \t\r"u8);
            if (line.IsEmpty) return;
            lines.Add(new Line(number, writer.WrittenCount, line.Length, Overlong: false));
            writer.Write(line);
        }

        public void AddOverlong(long number) => lines.Add(new Line(number, 0, 0, Overlong: true));

        public LineBlock Take()
        {
            var block = new LineBlock(writer.WrittenSpan.ToArray(), [.. lines]);
            writer.ResetWrittenCount();
            lines.Clear();
            return block;
        }
    }
}
