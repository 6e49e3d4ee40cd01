namespace Leadline.Storage;

/// <summary>Takes rows of a table, column by column in the table's order.</summary>
abstract class RowWriter : IDisposable
{
    public abstract RowWriter Add(string? value);

    public abstract RowWriter Add(long? value);

    public abstract RowWriter Add(int? value);

    public abstract RowWriter Add(bool? value);

    public abstract RowWriter Add(double? value);

    public abstract RowWriter Add(DateTimeOffset? value);

    /// <summary>A time on the reporting zone's own clock.</summary>
    public abstract RowWriter Add(DateTime? value);

    public abstract RowWriter Add(byte[]? value);

    public abstract RowWriter Add(int[]? value);

    public abstract void EndRow();

    /// <summary>Writes what was added; disposed without it, nothing is.</summary>
    public virtual void Complete()
    {
    }

    public virtual void Dispose()
    {
    }
}
