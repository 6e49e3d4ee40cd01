using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Correlation;

public sealed class CommitMessageTests
{
    [Theory]
    [InlineData(
        "Revert \"Add a cart\"\n\nThis reverts commit 1234567890ABCDEF1234567890abcdef12345678.",
        "1234567890abcdef1234567890abcdef12345678")]
    [InlineData("This reverts commit 1234567, reversing\nchanges made to 89abcde.", "1234567")]
    [InlineData("This reverts commit 1234567.\nThis reverts commit 89abcde.", "1234567 89abcde")]
    [InlineData("This reverts commits 1234567, 89abcde and abcdef0.", "1234567 89abcde abcdef0")]
    [InlineData("Revert \"Add a cart\" (#13)\n\nReverts acme/shop#12", "#12")]
    [InlineData("Reverts #12 and #14", "#12 #14")]
    [InlineData("Revert #12: add a cart", "#12")]
    [InlineData("Revert \"Add a cart (#12)\" (#13)", "#12")]
    [InlineData("Revert \"Revert \"Add a cart (#12)\" (#13)\" (#14)", "#13")]
    [InlineData("Revert \"Add a cart (#12)\" (#13)\n\nThis reverts commit 1234567.", "#12 1234567")]
    [InlineData("Revert \"Add a cart\"\n\nThis reverts merge request acme/shop!12", "#12")]
    [InlineData("Revert \"Add a cart\" (#13)", null)]
    [InlineData("We may have to revert #12 one day", null)]
    [InlineData("Never reverts a booking (#13)", null)]
    public void Tells_what_is_reverted(string message, string? reverts) =>
        Assert.Equal(reverts, CommitMessage.Parse(message).Reverts);
}
