namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>
    /// Claims the digest that is due then for whoever asks first; false for all who ask later, on whatever server.
    /// </summary>
    public Task<bool> ClaimDigestAsync(DateTimeOffset due, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            database.Execute(
                connection,
                "insert into cursor (name, value) select 'digest', 0 where not exists (select 1 from cursor where name = "
                    + "'digest')");
            return database.Scalar(
                connection, "update cursor set value = $due where name = 'digest' and value < $due returning 1",
                ("due", due.ToUnixTimeSeconds())) > 0;
        },
        cancellation);
}
