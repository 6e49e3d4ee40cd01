namespace Leadline.WhatIf;

/// <summary>What becomes of a row under other definitions.</summary>
public enum Move
{
    /// <summary>A deployment enters the numbers.</summary>
    Counted,

    /// <summary>A deployment leaves the numbers.</summary>
    NotCounted,

    /// <summary>A deployment becomes a failure.</summary>
    Failed,

    /// <summary>A deployment is a failure no longer.</summary>
    NotFailed,

    /// <summary>A deployment stays a failure, for other reasons.</summary>
    BlamedOtherwise,

    /// <summary>A failure is over at another time, or began at another.</summary>
    Recovery,

    /// <summary>A deployment becomes rework, or is it no longer.</summary>
    Rework,

    /// <summary>A commit or change has another lead time, or gets one, or loses it.</summary>
    LeadTime,
}

/// <summary>One row that other definitions judge otherwise.</summary>
/// <param name="Sha">Of the commit, where its lead time moved.</param>
/// <param name="Change">The number of the change that it belongs to, where known.</param>
/// <param name="BeforeSeconds">The time under the definitions in force; null where there is none, or it is open.</param>
/// <param name="AfterSeconds">The time under the others.</param>
/// <param name="Because">Why, in a sentence without its point.</param>
public sealed record MovedRow(
    Move Move, string Service, string DeploymentId, string? Version, DateTimeOffset DeployedAt, string? Sha, int? Change,
    double? BeforeSeconds, double? AfterSeconds,
    string Because);
