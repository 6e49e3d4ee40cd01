using System.Security.Cryptography;
using System.Text;
using Leadline.Metrics;

namespace Leadline.Storage;

/// <summary>
/// The metrics as SQL functions for Grafana and whoever else reads the database: each has the text of the metric's own query,
/// and takes <c>("from", "to", environment, services, teams, areas)</c>, where <c>array['*']</c> stands for all.
/// </summary>
static class PostgresFunctions
{
    const string Window = "\"from\" timestamptz, \"to\" timestamptz";

    const string Scope =
        "environment text default 'production', services text[] default array['*'], teams text[] default array['*'], areas "
            + "text[] default array['*']";

    const string Ids =
        "array(select service_id from service where ('*' = any($4) or name = any($4)) and ('*' = any($5) or team = any($5)) "
            + "and ('*' = any($6) or area = any($6)))";

    // The sums over all services where all are asked for.
    const string Sums =
        $"(case when '*' = any($4) and '*' = any($5) and '*' = any($6) then array[cast(0 as bigint)] else {Ids} end)";

    /// <summary>
    /// The statements that make all functions anew, and the role <c>leadline_reader</c>, which sees them and the judged tables
    /// and nothing else.
    /// </summary>
    public static string Script(string schema)
    {
        var script = new StringBuilder(
            $"""
            set local check_function_bodies = off; -- They call each other.
            do $$ declare known regprocedure; begin
              for known in select oid from pg_proc where pronamespace = '{schema}'::regnamespace loop execute format('drop function if exists %s cascade', known); end loop;
            end $$;

            """);
        foreach (var (name, columns, text) in Queries.Metrics)
        {
            var ruled = text.Replace(
                "$statistic",
                name.StartsWith("lead_time", StringComparison.Ordinal) ? "statistic('lead_time')"
                    : "statistic('recovery')").Replace("$recovery_of", "lower(rule('recovery.of', 'Deployment'))");
            script.AppendLine(
                $"create function {name}({Window}, {Scope}{(text.Contains("$bucket") ? ", bucket text default 'week'" : "")}) "
                    + $"returns table({columns}) language sql stable as $function$\n{Numbered(ruled)}$function$;");
        }

        foreach (var name in Queries.Functions)
            script.AppendLine(Queries.Function(name).Replace("{window}", Window).Replace("{scope}", Scope)
                .Replace("{services}", Ids).Replace("{most_exact}", $"{MetricsReader.MostExact}"));
        script.Append(
            $"""
            do $$ declare known regprocedure; begin
              for known in select oid from pg_proc where pronamespace = '{schema}'::regnamespace loop execute format('alter function %s set search_path = {schema}, pg_temp', known); end loop;
              if not exists (select 1 from pg_roles where rolname = 'leadline_reader') then
                begin
                  create role leadline_reader;
                exception when unique_violation or duplicate_object then
                  raise exception 'another server makes the role at the same time' using errcode = 'serialization_failure'; -- Tried again from the start.
                end;
              end if;
              grant usage on schema {schema} to leadline_reader;
              grant select on service, repository, ledger, shipped_change, blame, rollup, experiment, experiment_stop to leadline_reader;
            exception when insufficient_privilege then raise notice 'the role leadline_reader was not made: only an administrator may';
            end $$;
            """);
        return script.ToString();
    }

    /// <summary>By which a store knows whether it has these functions already.</summary>
    public static string Hash(string schema) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Script(schema))));

    static string Numbered(string text)
    {
        var byMonth = text.Contains("$bucket") ? "$7 = 'month'" : "true";
        foreach (var bound in (ReadOnlySpan<string>)[
            "head_to", "tail_from", "first_day", "first_month", "last_month", "last_day",
        ])
            text = text.Replace("$" + bound, $"(select {bound} from whole_spans($1, $2, {byMonth}))");
        return text
            .Replace("$services", Ids).Replace("$scope", Sums).Replace("$environment", "$3")
            .Replace("$first_week", "first_week($1)").Replace("$weeks", "whole_weeks($1, $2)")
            .Replace("$from", "$1").Replace("$to", "$2").Replace("$bucket", "$7").Replace("$lower", "0.5")
            .Replace("$upper", "0.5");
    }
}
