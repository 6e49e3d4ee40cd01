using System.Text.Json;
using Leadline.Digests;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.Tests.Api;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.Tests.Digests;

/// <summary>The week, sent by the running server at its time; the clock goes on only as the test lets it.</summary>
public sealed class DigestScheduleTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_sent_once_when_it_is_due_and_again_a_week_later()
    {
        await using var hook = await Hook.StartAsync();

        // It is Wednesday, 14:00 in Berlin.
        await using var server = await RunningServer.StartAsync(
            "timezone: Europe/Berlin\ndigest: { at: Wed 14:30, to: \"${HOOK}\", url: https://leadline.example.com }",
            environment: hook.Address + "/secret");
        Assert.True(await SentAsync(server, hook, 1) >= RunningServer.Now.AddMinutes(30));
        using var first = JsonDocument.Parse(hook.Received.Single().Body);
        Assert.StartsWith(
            "*All services: 2026-03-25 13:30 to 2026-04-01 14:30*", first.RootElement.GetProperty("text").GetString());
        Assert.Contains("<https://leadline.example.com/data|", first.RootElement.GetProperty("text").GetString());
        Assert.True(await SentAsync(server, hook, 2, TimeSpan.FromMinutes(30)) >= RunningServer.Now.AddMinutes(30).AddDays(7));
    }

    [Fact]
    public async Task A_post_that_fails_is_tried_again()
    {
        await using var hook = await Hook.StartAsync();
        hook.Failing = 2;
        await using var server = await RunningServer.StartAsync(
            "digest: { at: Wed 12:00, to: \"${HOOK}\", format: markdown }", environment: hook.Address + "/secret");
        Assert.True(await SentAsync(server, hook, 3) >= RunningServer.Now.AddMinutes(3));
        Assert.Single(hook.Received.Select(one => one.Body).Distinct());
    }

    [Fact]
    public async Task Of_several_servers_one_claims_what_is_due()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        Assert.True(await store.ClaimDigestAsync(RunningServer.Now, Cancellation));
        var due = RunningServer.Now.AddDays(7);
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.ClaimDigestAsync(due, Cancellation)));
        Assert.Single(claims, claimed => claimed);
        Assert.False(await store.ClaimDigestAsync(RunningServer.Now, Cancellation));
    }

    [Theory]
    [InlineData("digest: { to: \"${HOOK}\" }", "digest has no time")]
    [InlineData("digest: { at: Mon 09:00 }", "digest has no address")]
    [InlineData("digest: { at: Mon 09:00, to: \"${HOOK}\" }", "digest has no address")]
    [InlineData(
        "digest: { at: Mon 09:00, to: https://hooks.example.com/x, url: leadline }", "digest.url 'leadline' is not an address")]
    public void What_could_never_be_sent_is_said_at_the_start_without_the_secret(string settings, string sentence)
    {
        var said = DigestSchedule.WhyNot(SettingsFile.Parse(settings, "leadline.yaml", _ => "a secret"));
        Assert.StartsWith(sentence, said);
        Assert.DoesNotContain("a secret", said);
    }

    [Theory]
    [InlineData("Mon 09:00", "2026-03-30T07:00:00Z")]
    [InlineData("Wed 14:00", "2026-04-01T12:00:00Z")]
    [InlineData("Wed 14:01", "2026-03-25T13:01:00Z")]
    [InlineData("Sun 02:30", "2026-03-29T01:00:00Z")]
    [InlineData("Thu 00:00", "2026-03-25T23:00:00Z")]
    public void The_last_time_of_the_week_follows_the_zone_and_its_summer_time(string written, string last) => Assert.Equal(
        DateTimeOffset.Parse(last, System.Globalization.CultureInfo.InvariantCulture),
        WeekTime.Parse(written)!.LastBefore(RunningServer.Now, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));

    /// <summary>Lets the clock go on until so much was posted; when that was.</summary>
    static async Task<DateTimeOffset> SentAsync(RunningServer server, Hook hook, int posts, TimeSpan? step = null)
    {
        while (hook.Received.Count < posts)
        {
            await Task.Delay(50, Cancellation);
            if (hook.Received.Count < posts) server.Clock.Advance(step ?? DigestSchedule.Look);
        }

        return server.Clock.GetUtcNow();
    }
}
