using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Leadline.Benchmarks;

/// <summary>
/// A made-up company's years: services of ten to a team, each with commits, deployments and incidents, spread over the time
/// before the end.
/// </summary>
sealed record MadeCompany(int Services, int Commits, int Deployments, int Incidents, TimeSpan Span, DateTimeOffset End)
{
    const int ServicesOfATeam = 10, TeamsOfAnArea = 5;

    public long Events => Services * (long)(Commits + Deployments + Incidents);

    public static string Service(int number) => $"service-{number:000}";

    public string Settings()
    {
        var text = new StringBuilder("services:\n");
        for (var i = 0; i < Services; i++)
        {
            var team = i / ServicesOfATeam;
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {Service(i)}: {{ team: team-{team:00}, area: area-{team / TeamsOfAnArea:00}, repositories: "
                    + $"[acme/{Service(i)}] }}\n");
        }

        return text.ToString();
    }

    /// <summary>All of it as our own JSON, one object a line, service by service as a backfill brings it.</summary>
    public async Task WriteAsync(Stream stream)
    {
        await using var text = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        text.NewLine = "\n";
        for (var service = 0; service < Services; service++)
            foreach (var line in Lines(service)) await text.WriteLineAsync(line);
    }

    /// <summary>What comes after the end: a commit, and its deployment at every tenth.</summary>
    public IEnumerable<string> Later(int number)
    {
        var (service, commit) = (number % Services, Commits + (number / Services) + 1);
        yield return Commit(service, commit, End.AddSeconds(number / 100.0));
        if (number % 10 == 0) yield return Deployment(service, Deployments + commit, commit, End.AddSeconds(number / 100.0));
    }

    IEnumerable<string> Lines(int service)
    {
        var (between, perDeployment) = (Span / Commits, (double)Commits / Deployments);
        var (deployed, incidents) = (0, 0);
        var random = new Random(service);
        for (var i = 1; i <= Commits; i++)
        {
            var at = End - Span + (between * i);
            yield return Commit(service, i, at);
            while (deployed < Deployments && (deployed + 1) * perDeployment <= i)
            {
                deployed++;
                yield return Deployment(service, deployed, i, at.AddMinutes(1));
                if (incidents * (long)Deployments >= deployed * (long)Incidents) continue;
                incidents++;
                var began = at.AddMinutes(random.Next(2, 120));
                yield return $$"""{"type":"incident","id":"{{Service(service)}}-i{{incidents}}","service":"{{Service(service)}}","started_at":"{{Time(began)}}","resolved_at":"{{Time(began.AddSeconds(60 * Math.Exp(random.NextDouble() * 6)))}}"}""";
            }
        }
    }

    static string Commit(int service, int number, DateTimeOffset at)
    {
        // Work takes from minutes to weeks, most of it hours.
        var worked = 600 * Math.Exp(number * 2654435761L % 1000 / 1000.0 * 7);
        var parents = number == 1 ? "" : $"\"{Sha(service, number - 1)}\"";
        return $$"""{"type":"commit","repository":"acme/{{Service(service)}}","sha":"{{Sha(service, number)}}","parents":[{{parents}}],"branch":"main","authored_at":"{{Time(at.AddSeconds(-worked))}}","committed_at":"{{Time(at)}}","message":"Change {{number}}"}""";
    }

    static string Deployment(int service, int number, int commit, DateTimeOffset at) =>
        $$"""{"type":"deployment","id":"{{Service(service)}}-d{{number}}","service":"{{Service(service)}}","repository":"acme/{{Service(service)}}","environment":"production","version":"v{{number}}","sha":"{{Sha(service, commit)}}","status":"succeeded","finished_at":"{{Time(at)}}"}""";

    /// <summary>Spread like real ones, so that indexes and compression have the work that they have with them.</summary>
    static string Sha(int service, int commit) =>
        Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(((long)service << 32) | (uint)commit)).AsSpan(0, 20));

    static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
