namespace Leadline.Constraint;

/// <summary>What takes its time in stages: a change on its way to production, or a failure on its way to its end.</summary>
/// <param name="Place">Where it happened: its service.</param>
/// <param name="Cluster">What it came with: its deployment.</param>
/// <param name="At">When it ended, or for a failure began: what window it belongs to.</param>
/// <param name="Seconds">All of its time.</param>
/// <param name="Stages">The seconds of each stage, in order; null where it is not known.</param>
public sealed record Journey(string Place, string Cluster, DateTimeOffset At, double Seconds, double?[] Stages);
