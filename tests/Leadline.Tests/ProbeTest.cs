using Xunit;

namespace Leadline.Tests;

public sealed class ProbeTest
{
    [Fact]
    public void Runs() => Assert.Equal(2, 1 + 1);
}
