import type { Dashboard } from '@grafana/schema';

// A dashboard as JSON writes it: words for the members of an enumeration, and null for the number that stands for minus infinity.
// What an annotation asks is its data source's own affair, of which the published type knows a little only.
type Written<T> = T extends string ? `${T}`
  : T extends number ? T | null
  : T extends boolean | null | undefined ? T
  : T extends object ? { [K in keyof T]: K extends 'target' ? Record<string, unknown> : Written<T[K]> }
  : T;

export type WrittenDashboard = Written<Dashboard>;
