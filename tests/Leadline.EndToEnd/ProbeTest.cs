using Xunit;

namespace Leadline.EndToEnd;

public sealed class ProbeTest
{
    [Fact]
    public void Runs() => Assert.Equal(2, 1 + 1);
}
