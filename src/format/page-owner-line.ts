/**
 * page_owner's line in a page dump, and the fields that a kernel prints in it:
 *
 *     page last allocated via order 3, migratetype Unmovable, gfp_mask 0xcc0(GFP_KERNEL), pid 7, tgid 7 (comm), ts 12, free_ts 3
 *
 * 4.6 to 5.3 have no `last`, before 5.11 it ends behind the mask, before 5.18 there is no tgid, before 5.13 and in the newest no free_ts.
 */
export interface PageOwnerLine {
  readonly order: number | null;
  readonly gfpMask: string;
  readonly gfpFlags: string;
  readonly migratetype: string;
  readonly pid: number | null;
  readonly tgid: number | null;
  readonly command: string | null;
  /** In ns. */
  readonly ts: bigint | null;
  readonly freeTs: bigint | null;
  /** Whether it says `last`: the page may have been freed since. */
  readonly isLast: boolean;
  /** Whether it ends as such a line does: a mail may have wrapped it. */
  readonly isWhole: boolean;
}

const BEGINS = /^page (last )?allocated via order\b/;
const ORDER = /^[^,]{0,40}order +(\d+)/;
const MIGRATETYPE = /, *migratetype +([^\s,]+)/;
const MASK = /, *(?:gfp_)?mask +(0x[\da-f]+)(?:\(([^()]*)\))?/;
/** A name may hold anything: what stands before the last `), ts N` is of it. */
const TASK = /^, *pid +(-?\d+)(?:, *tgid +(-?\d+))?(?: +\((.*)\))?, *ts +(\d+)(?: ns)?(?:, *free_ts +(\d+)(?: ns)?)?$/;
/** As much of it as a damaged line has. */
const PID = /^, *pid +(-?\d+)(?:, *tgid +(-?\d+))?/;

/** The largest order that any configuration has, with room. */
const LARGEST_ORDER = 20;
const NANOS_END = 2n ** 64n;

export function startsPageOwnerLine(line: string): boolean {
  return BEGINS.test(line);
}

/** Reads what the line has; what is missing, damaged or too large is null or empty. */
export function parsePageOwnerLine(line: string): PageOwnerLine {
  const order = safeNumber(ORDER.exec(line)?.[1]);
  const mask = MASK.exec(line);
  const rest = mask ? line.slice(mask.index + mask[0].length) : '';
  const task = TASK.exec(rest);
  const [, pid, tgid] = task ?? PID.exec(rest) ?? [];
  const [, , , command = null, ts, freeTs] = task ?? [];
  return {
    order: order !== null && order <= LARGEST_ORDER ? order : null,
    gfpMask: mask?.[1] ?? '',
    gfpFlags: mask?.[2] ?? '',
    migratetype: MIGRATETYPE.exec(line)?.[1] ?? '',
    pid: safeNumber(pid),
    tgid: safeNumber(tgid),
    command,
    ts: nanos(ts),
    freeTs: nanos(freeTs),
    isLast: BEGINS.exec(line)?.[1] !== undefined,
    isWhole: mask?.[2] !== undefined && (rest === '' || task !== null),
  };
}

/** The number that digits tell, decimal or `0x`; null of none, below 0 (no task), and past 2^53. */
export function safeNumber(digits: string | undefined): number | null {
  const value = Number(digits);
  return digits !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A time of the kernel's 64 bits; null of none, and where it does not fit. */
export function nanos(digits: string | undefined): bigint | null {
  const value = digits !== undefined && digits.length <= 20 ? BigInt(digits) : NANOS_END;
  return value < NANOS_END ? value : null;
}
