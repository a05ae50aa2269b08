import { isFrame } from './frame.js';
import { nanos, parsePageOwnerLine, safeNumber, startsPageOwnerLine } from './page-owner-line.js';

/** What a kernel log says of one page: dump_page, and page_owner's part of it (mm/debug.c, mm/page_owner.c). */
export interface PageReport {
  /** Null where nothing tells, and where it is above 20. */
  readonly order: number | null;
  /** `0x440dc0`; '' if none. */
  readonly gfpMask: string;
  /** `GFP_KERNEL|__GFP_ZERO`; '' if none. */
  readonly gfpFlags: string;
  readonly migratetype: string;
  readonly pid: number | null;
  readonly tgid: number | null;
  readonly command: string | null;
  /** In ns since boot. */
  readonly ts: bigint | null;
  /** When the page was freed last, in ns since boot. */
  readonly freeTs: bigint | null;
  /** Of the allocation, leaf first, without leading space. */
  readonly stack: readonly string[];
  /** Of the last free. */
  readonly freedStack: readonly string[];
  readonly state: 'allocated' | 'freed' | null;
  /** Why the page was dumped. */
  readonly reason: string | null;
  readonly pfn: number | null;
  /** Digits; '' where the kernel does not print them (before 5.13). */
  readonly node: string;
  readonly zone: string;
  /** Lines behind the stacks: `page has been migrated, last migrate reason: compaction`. */
  readonly tails: readonly string[];
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };
type Draft = Mutable<Omit<PageReport, 'stack' | 'freedStack' | 'tails'>> & {
  stack: string[];
  freedStack: string[];
  tails: string[];
};

const NOTHING = {
  ...{ order: null, gfpMask: '', gfpFlags: '', migratetype: '', pid: null, tgid: null, command: null, ts: null },
  ...{ freeTs: null, state: null, reason: null, pfn: null, node: '', zone: '' },
} as const;

/** `page:ffffea0004 refcount:3 mapcount:0`, `count:` to 4.20; `page: refcount:` from 6.8 on. */
const PAGE = /^page: ?(?:\S{1,32} )?(?:(?:ref)?count:|is uninitialized)/;
const PFN = / pfn:(0x[\da-f]{1,16})\b/;
/** `flags: 0x...`, `anon flags: 0x...` */
const FLAGS = /^(?:[a-z]+ )?flags: 0x[\da-f]+\(([^()]*)\)/;
const REASON = /^page dumped because: (.*)$/;
const TRACKS = /^page_owner tracks the page as (allocated|freed)/;
const FREED = /^page last free (?:pid -?\d+ tgid -?\d+ )?(?:ts (\d+) )?stack trace:/;
/** What page_owner says instead of a part. */
const MISSING = /^page_owner (?:info is not |(?:allocation|free) stack trace missing)/;
const MIGRATED = /^page has been migrated, last migrate reason: /;

/** More frames than any stack has, inlined ones too: a log may be anything. */
const MOST_FRAMES = 256;
/** A mail may wrap a line into so many. */
const MOST_LINES = 6;

/** Reads the page dumps of a log, given line by line without prefix. Lines of other messages are passed over. */
export function parsePageReports(lines: Iterable<string>): PageReport[] {
  const reader = new ReportReader();
  for (const line of lines) reader.take(line.trimEnd());
  return reader.end();
}

class ReportReader {
  readonly #reports: PageReport[] = [];
  #report: Draft | undefined;
  /** What has been told of the report: nothing is told twice. */
  #told = new Set<string>();
  /** The stack whose frames follow. */
  #stack: string[] | undefined;
  /** page_owner's line, as long as a wrapped one may go on. */
  #wrapped: string[] = [];

  take(line: string): void {
    if (this.#wrapped.length > 0 && this.#takeWrapped(line)) return;
    if (line === '') this.#stack = undefined;
    else if (isFrame(line.trimStart())) this.#takeFrame(line);
    else if (startsPageOwnerLine(line)) this.#takePageOwnerLine(line);
    else this.#takeOther(line);
  }

  end(): PageReport[] {
    this.#endWrapped();
    return this.#reports;
  }

  #takeFrame(line: string): void {
    if (this.#stack && this.#stack.length < MOST_FRAMES) this.#stack.push(line.trimStart());
  }

  #takePageOwnerLine(line: string): void {
    this.#stack = this.#reportThatLacks('allocation').stack;
    this.#wrapped = [line];
    this.#takeWrapped();
  }

  /** Adds a line to one that a mail has wrapped, and reads it when it is whole. False if the line is no part of it. */
  #takeWrapped(line?: string): boolean {
    const isPart = line !== undefined && mayGoOn(line);
    if (isPart) this.#wrapped.push(line.trimStart());
    const isAtEnd = line !== undefined && !isPart;
    const found = parsePageOwnerLine(this.#wrapped.join(' '));
    if (found.isWhole || isAtEnd || this.#wrapped.length === MOST_LINES) this.#endWrapped();
    return isPart;
  }

  #endWrapped(): void {
    if (this.#wrapped.length === 0 || !this.#report) return;
    const { isWhole: _, isLast, ...fields } = parsePageOwnerLine(this.#wrapped.join(' '));
    this.#wrapped = [];
    Object.assign(this.#report, fields);
    // Before 5.4 only pages in use were told of.
    if (!isLast) this.#report.state ??= 'allocated';
  }

  #takeOther(line: string): void {
    if (PAGE.test(line)) {
      this.#begin();
      this.#reportThatLacks('page').pfn = safeNumber(PFN.exec(line)?.[1]);
      return;
    }
    const reason = REASON.exec(line)?.[1];
    if (reason !== undefined) this.#reportThatLacks('reason', 'allocation').reason = reason;
    const [, state] = TRACKS.exec(line) ?? [];
    if (state) this.#reportThatLacks('state', 'allocation').state = state as 'allocated' | 'freed';
    const flags = FLAGS.exec(line)?.[1];
    if (flags !== undefined && this.#report && !this.#told.has('flags')) this.#takeFlags(this.#report, flags);
    const freed = FREED.exec(line);
    if (freed) this.#takeFreed(freed[1]);
    else if (MISSING.test(line) || line.endsWith(':')) this.#stack = undefined;
    if (MIGRATED.test(line)) this.#report?.tails.push(line);
  }

  #takeFreed(ts: string | undefined): void {
    const report = this.#reportThatLacks('free');
    this.#stack = report.freedStack;
    if (ts !== undefined) report.freeTs = nanos(ts);
  }

  #takeFlags(report: Draft, flags: string): void {
    this.#told.add('flags');
    for (const flag of flags.split('|')) {
      const [, name, value = ''] = /^(node|zone)=(\d{1,15})$/.exec(flag) ?? [];
      if (name === 'node' || name === 'zone') report[name] = value;
    }
  }

  /** The report that a line is of: a new one if there is none, or if the line, or what comes behind it, has been told of the last. */
  #reportThatLacks(part: string, ...later: readonly string[]): Draft {
    if (!this.#report || [part, ...later].some((one) => this.#told.has(one))) this.#begin();
    this.#told.add(part);
    return this.#report as Draft;
  }

  #begin(): void {
    this.#endWrapped();
    this.#report = { ...NOTHING, stack: [], freedStack: [], tails: [] };
    this.#reports.push(this.#report);
    this.#told = new Set();
    this.#stack = undefined;
  }
}

/** What begins the lines of a page dump. */
const OWN: readonly RegExp[] = [PAGE, FLAGS, REASON, TRACKS, FREED, MISSING, MIGRATED];

/** Whether a line may be the rest of a wrapped one. */
function mayGoOn(line: string): boolean {
  if (line === '' || line.endsWith(':') || isFrame(line.trimStart()) || startsPageOwnerLine(line)) return false;
  return !OWN.some((own) => own.test(line));
}
