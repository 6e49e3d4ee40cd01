namespace Leadline.Storage;

/// <summary>Every service that was judged, as the parameter of a query.</summary>
sealed record EveryService(List<long> Ids);
