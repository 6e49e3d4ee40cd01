using System.CommandLine;
using Leadline.Cli;

namespace Leadline;

/// <summary>What the program is made of, top to bottom.</summary>
public static class App
{
    /// <summary>Every verb, a line each.</summary>
    public static RootCommand Commands(TimeProvider clock, Terminal terminal) =>
        new("Measures software delivery the DORA way, with receipts.")
        {
            AnalyzeVerb.Create(clock, terminal),
            ServeVerb.Create(clock, terminal),
            DefinitionsVerb.Create(clock, terminal),
            TokenVerb.Create(clock, terminal),
            TestVerb.Create(clock, terminal),
            ImportVerb.Create(clock, terminal),
            BackfillVerb.Create(clock, terminal),
            EventVerb.Create(clock, terminal),
            ReadVerb.Create(clock, terminal),
            MetricsVerb.Create(clock, terminal),
            LevelsVerb.Create(clock, terminal),
            ConstraintVerb.Create(clock, terminal),
            LedgerVerb.Create(clock, terminal),
            ExplainVerb.Create(clock, terminal),
            WhatIfVerb.Create(clock, terminal),
            ComparePresetsVerb.Create(clock, terminal),
            VerifyVerb.Create(clock, terminal),
            OverrideVerb.Create(clock, terminal),
            ExperimentVerb.Create(clock, terminal),
            DigestVerb.Create(clock, terminal),
            ReplayVerb.Create(clock, terminal),
            DeliveriesVerb.Create(clock, terminal),
            StoreVerb.Create(terminal),
            SourcesVerb.Create(terminal),
            ConnectVerb.Create(clock, terminal),
            DoctorVerb.Create(clock, terminal),
        };
}
