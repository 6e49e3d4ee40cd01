namespace Leadline.Core;

/// <summary>Joins commit → change → build → deployment → incident for one service.</summary>
public static class Correlator
{
    /// <summary>A pure function: the same facts in any order, under the same definitions, give the same rows.</summary>
    public static Judgement Judge(ServiceFacts facts, Definitions definitions) => throw new NotImplementedException();
}
