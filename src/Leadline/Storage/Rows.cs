using System.Collections.Immutable;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Leadline.Core;

namespace Leadline.Storage;

/// <summary>Reads the columns of a row in order, with our types.</summary>
static class Rows
{
    public static IEnumerable<T> Select<T>(this DbCommand command, Func<DbDataReader, T> row)
    {
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return row(reader);
    }

    public static string? Text(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset? Instant(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null
            : new DateTimeOffset(DateTime.SpecifyKind(row.GetFieldValue<DateTime>(column), DateTimeKind.Utc));

    public static DateTimeOffset InstantOf(this DbDataReader row, int column) => row.Instant(column)!.Value;

    public static double? Number(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    /// <summary>A span, to the microsecond: engines interpolate in different last digits.</summary>
    public static double? Seconds(this DbDataReader row, int column) =>
        row.Number(column) is { } seconds ? Math.Round(seconds, 6) : null;

    public static int? Whole(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    public static long Count(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? 0 : Convert.ToInt64(row.GetValue(column));

    public static int[]? Ints(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetValue(column) switch
    {
        int[] ints => ints,
        var list => [.. (List<int>)list],
    };

    public static bool? Flag(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetBoolean(column);

    public static ImmutableArray<string>? Lines(this DbDataReader row, int column) =>
        row.Text(column) is { } text ? text.Length == 0 ? [] : [.. text.Split('\n')] : null;

    public static ImmutableArray<Sha>? Shas(this DbDataReader row, int column) =>
        row.Text(column) is { } text ? [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(sha => Sha.Parse(sha))]
            : null;

    public static string? Joined(ImmutableArray<string>? lines) => lines is { } known ? string.Join('\n', known) : null;

    public static string? Joined(ImmutableArray<Sha>? shas) => shas is { } known ? string.Join(' ', known) : null;

    /// <summary>A value of an enumeration as the tables and the wire write it: <c>failed_attempt</c>.</summary>
    public static string Word<T>(T value) where T : struct, Enum => Words<T>.Of[Unsafe.As<T, int>(ref value)];

    /// <summary>The value of a word.</summary>
    public static T Value<T>(string word) where T : struct, Enum => (T)(object)Array.IndexOf(Words<T>.Of, word);

    static class Words<T> where T : struct, Enum
    {
        public static readonly string[] Of =
        [
            .. Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName),
        ];
    }
}
