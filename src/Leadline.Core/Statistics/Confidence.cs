namespace Leadline.Core;

/// <summary>How sure an interval is: 95 %, half of the rest on either side.</summary>
public static class Confidence
{
    /// <summary>What is left out on one side.</summary>
    public const double Tail = 0.025;

    /// <summary>The normal distribution's point above which that lies.</summary>
    public const double Z = 1.959963984540054;
}
