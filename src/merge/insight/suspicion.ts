import { compareTexts } from './row-groups.js';

/** A row of a report, and by what it is placed among others. */
export interface Ranked<Row> {
  readonly row: Row;
  /** Equal for no two. */
  readonly id: string;
  /** What processes asked for themselves: it comes and goes with them. */
  readonly isUsers: boolean;
  /** By the verdict: the lower, the more suspect. */
  readonly suspicion: number;
  /** Pages by which it grew, times what it is suspect of. */
  readonly weight: number;
}

/** Modules are looked at first: fewer machines have run them than the kernel's core. */
const MODULE_WEIGHT = 10;

export function weightOf(growth: number, hasModule: boolean): number {
  return growth * (hasModule ? MODULE_WEIGHT : 1);
}

/** The kernel's own memory before that of processes, then by verdict, then by growth. */
export function bySuspicion(a: Ranked<unknown>, b: Ranked<unknown>): number {
  return (
    Number(a.isUsers) - Number(b.isUsers) ||
    a.suspicion - b.suspicion ||
    b.weight - a.weight ||
    compareTexts(a.id, b.id)
  );
}
