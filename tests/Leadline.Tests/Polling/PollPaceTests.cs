using Leadline.Polling;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>How far a pass is, and how long the rest takes.</summary>
public sealed class PollPaceTests
{
    static readonly ApiAllowance Unsaid = new(null, null, null);

    [Fact]
    public void What_is_left_takes_as_long_as_what_was_asked_did()
    {
        var clock = new FakeTimeProvider();
        var pace = new PollPace(1, TimeSpan.FromHours(1), clock);

        // Of an earlier process, which was stopped: it says nothing of how fast this one is.
        Assert.Equal(new PaceNow(900, 100, 60, null), pace.Told(Progress("acme/shop", 100, 60, 900), Unsaid));
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(
            new PaceNow(990, 110, 50, TimeSpan.FromSeconds(100)), pace.Told(Progress("acme/shop", 110, 50, 990), Unsaid));
    }

    [Fact]
    public void A_scope_that_was_not_begun_takes_what_the_others_took()
    {
        var clock = new FakeTimeProvider();
        var pace = new PollPace(4, TimeSpan.FromHours(1), clock);
        pace.Told(Progress("acme/shop", 0, 6, 0), Unsaid);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(
            new PaceNow(10, 30, 90, TimeSpan.FromSeconds(90)),
            pace.Told(Progress("acme/shop", 30, 0, 10, isDone: true), Unsaid));
    }

    [Fact]
    public void What_the_limit_does_not_let_ask_is_waited_for()
    {
        var clock = new FakeTimeProvider();
        var pace = new PollPace(1, TimeSpan.FromHours(1), clock);
        pace.Told(Progress("acme/shop", 0, 6, 0), Unsaid);
        clock.Advance(TimeSpan.FromSeconds(1));

        // A tenth of a second each, and 10,000 more than are allowed in this hour: two hours' more have to be waited for.
        Assert.Equal(
            TimeSpan.FromHours(2), pace.Told(Progress("acme/shop", 10, 12_000, 10), new ApiAllowance(2000, 5000, null)).ToGo);
        Assert.Equal(
            TimeSpan.FromSeconds(200), pace.Told(Progress("acme/shop", 10, 2_000, 10), new ApiAllowance(2000, 5000, null)).ToGo);
    }

    [Fact]
    public void Of_several_allowances_the_one_that_lasts_least_is_waited_for()
    {
        var clock = new FakeTimeProvider();
        var pace = new PollPace(1, TimeSpan.FromHours(1), clock);
        pace.Told(Progress("acme/shop", 0, 6, 0), Unsaid);
        clock.Advance(TimeSpan.FromSeconds(1));

        // A third of the 3,000 requests takes 14 points each of the other: 14,000, of which 4,000 are left.
        ApiAllowance core = new(5000, 5000, null) { Each = 2.0 / 3 }, other = new(4000, 5000, null) { Each = 14.0 / 3 };
        Assert.Equal(TimeSpan.FromHours(2), pace.Told(Progress("acme/shop", 10, 3_000, 10), core, other).ToGo);
        Assert.Equal(TimeSpan.FromSeconds(300), pace.Told(Progress("acme/shop", 10, 3_000, 10), core).ToGo);
    }

    static PollProgress Progress(string scope, long answers, int waiting, long items, bool isDone = false) =>
        new(scope, answers, waiting, items, 0, isDone);
}
