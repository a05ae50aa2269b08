/** The first and the last of some numbers. */
export type NumberRange = readonly [number, number];

/** PFNs of a zone of the memory. */
export interface Zone {
  readonly node: number;
  readonly from: number;
  /** Behind the last one. */
  readonly to: number;
}

/** Which records a capture wants. Of all lists that are there one range must fit. */
export interface RecordSelection {
  readonly nodes?: readonly NumberRange[];
  readonly pids?: readonly NumberRange[];
  readonly tgids?: readonly NumberRange[];
  /** Where nodes have their memory, for kernels whose records do not name the node. */
  readonly zones: readonly Zone[];
}

/** Whether a record is wanted. */
export type RecordFilter = (record: Buffer, pfn: number) => boolean;

/** undefined: all are wanted. A record that does not tell what is asked for is not. */
export function recordFilter({ nodes, pids, tgids, zones }: RecordSelection): RecordFilter | undefined {
  if (!nodes && !pids && !tgids) return undefined;
  return (record, pfn) => {
    const text = record.toString('latin1');
    // The first ones: a command name behind them may look like them.
    return (
      (!pids || has(pids, /, pid (\d+)[, ]/.exec(text)?.[1])) &&
      (!tgids || has(tgids, /, tgid (\d+)[, ]/.exec(text)?.[1])) &&
      (!nodes || has(nodes, /\nPFN [^\n]*[(|]node=(\d+)[|)]/.exec(text)?.[1] ?? nodeOf(zones, pfn)))
    );
  };
}

function has(ranges: readonly NumberRange[], value: string | number | undefined): boolean {
  return value !== undefined && ranges.some(([first, last]) => first <= Number(value) && Number(value) <= last);
}

/** A node may lie within the span of another: the zone that begins last has it. */
function nodeOf(zones: readonly Zone[], pfn: number): number | undefined {
  const around = zones.filter(({ from, to }) => from <= pfn && pfn < to);
  return around.sort((a, b) => b.from - a.from)[0]?.node;
}
