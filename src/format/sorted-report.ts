import { safeNumber } from './page-owner-line.js';

/**
 * What the kernel's page_owner_sort prints, of 2.6 to the newest, and ours. A group is a line with its counts and, unless it was culled without stacks, text
 * and an empty line:
 *
 *     699487 times:                                          to 4.x: pages follow from the order in the text
 *     12 times, 96 pages:                                    to 5.17
 *     12 times, 96 pages, allocated by SLAB :                5.19 and later
 *     12 times, 96 pages, PID 78, TGID 78, task_comm_name: other, module: drv, allocated by OTHERS  (UNRELEASED):
 */
export interface SortedReport {
  readonly groups: readonly SortedGroup[];
  /** Pieces of text that are no group, or whose numbers are past 2^53. */
  readonly malformed: number;
  /** Where the first of them begins, in characters; null: there is none. */
  readonly malformedAt: number | null;
}

/** What is not printed is null or empty. */
export interface SortedGroup {
  readonly blocks: number;
  /** Base pages. */
  readonly pages: number;
  readonly order: number | null;
  readonly gfpMask: string;
  readonly gfpFlags: string;
  readonly pid: number | null;
  readonly tgid: number | null;
  readonly command: string | null;
  readonly module: string | null;
  /** Frames, leaf first, without the leading blanks. */
  readonly stack: readonly string[];
  readonly tails: readonly string[];
}

const COUNTS = /^(\d{1,20}) times(?:, (\d{1,26}) pages)?(?=[,:( ]|$)/;
/** Behind the counts of a culled group, in the order of the tools; a command name may hold anything. */
const FIELDS =
  /^(?:, PID (-?\d+))?(?:, TGID (-?\d+))?(?:, task_comm_name:(?: (.*?))?)?(?:, module: (\w+))?(?:, allocated by (?:(?:CMA|SLAB|VMALLOC|OTHERS) ?)+)?(?: ?\((?:UN)?RELEASED\))?\s*$/;
const HEADER = /^Page allocated via order (\d{1,3})(?:, mask (0x[\da-f]+)(?:\(([^)]*)\))?)?(.*)$/;
const TASK = /^, pid (\d+)(?:, tgid (\d+))?(?: \((.*)\))?(?:, ts|$)/;
const FRAME = /^(?:\s|\[(?:0x|<)[\da-f]+)/;

const LARGEST_ORDER = 20;

/** Whether text that begins so is of this form: its first line that is not empty has counts. */
export function isSortedReport(start: string): boolean {
  const line = /\S[^\r\n]*/.exec(start)?.[0] ?? '';
  const counts = COUNTS.exec(line);
  return counts !== null && fieldsOf(line.slice(counts[0].length), true) !== null;
}

/** Reads what stands behind the counts. A colon ends the line of a group with text; where there is none, it is of the command name. */
function fieldsOf(rest: string, hasText: boolean): RegExpExecArray | null {
  const withoutColon = FIELDS.exec(rest.replace(/:\s*$/, ''));
  const whole = FIELDS.exec(rest);
  return hasText ? (withoutColon ?? whole) : (whole ?? withoutColon);
}

/** Reads all of it. */
export function parseSortedReport(text: string): SortedReport {
  const groups: SortedGroup[] = [];
  let malformed = 0;
  let malformedAt: number | null = null;
  for (const { at, lines } of pieces(text)) {
    const group = groupOf(lines);
    if (group) groups.push(group);
    else {
      malformed++;
      malformedAt ??= at;
    }
  }
  return { groups, malformed, malformedAt };
}

/** A group's lines, and where they begin. */
interface Piece {
  readonly at: number;
  readonly lines: string[];
}

/** Divides at empty lines, or, where groups have no text, at each line. */
function pieces(text: string): Piece[] {
  const all: Piece[] = [];
  const isBare = hasNoText(text);
  let open: Piece | undefined;
  let at = 0;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r$/, '');
    if (line.trim() === '') open = undefined;
    else if (open && !isBare) open.lines.push(line);
    else {
      open = { at, lines: [line] };
      all.push(open);
    }
    at += raw.length + 1;
  }
  return all;
}

/** Whether the line behind the first group's is a group's too. A group with an empty stack has an empty line behind it. */
function hasNoText(text: string): boolean {
  const [, next] = text.trimStart().split('\n', 2);
  return next === undefined || next === ''
    ? !/:\s*$/.test(text.trimStart().split('\n', 1)[0] ?? '')
    : COUNTS.test(next);
}

function groupOf([first = '', ...text]: readonly string[]): SortedGroup | undefined {
  const counts = COUNTS.exec(first);
  if (!counts) return undefined;
  const fields = fieldsOf(first.slice(counts[0].length), text.length > 0);
  if (!fields) return undefined;
  const [, pid, tgid, command, module] = fields;
  const headerLine = text.find((line) => HEADER.test(line));
  const [, digits, gfpMask = '', gfpFlags = '', behind = ''] = (headerLine && HEADER.exec(headerLine)) || [];
  const [, ownPid, ownTgid, ownCommand] = TASK.exec(behind) ?? [];
  const order = digits === undefined || Number(digits) > LARGEST_ORDER ? null : Number(digits);
  const blocks = safeNumber(counts[1]);
  const pages = counts[2] === undefined ? pagesOf(blocks, order) : safeNumber(counts[2]);
  if (blocks === null || pages === null || (digits !== undefined && order === null)) return undefined;
  const body = text.filter((line) => line !== headerLine && !line.startsWith('PFN '));
  return {
    blocks,
    pages,
    order,
    gfpMask,
    gfpFlags,
    pid: safeNumber(pid ?? ownPid),
    tgid: safeNumber(tgid ?? ownTgid),
    command: command ?? ownCommand ?? null,
    module: module ?? null,
    stack: body.filter((line) => FRAME.test(line)).map((line) => line.trim()),
    tails: body.filter((line) => !FRAME.test(line)),
  };
}

function pagesOf(blocks: number | null, order: number | null): number | null {
  const pages = blocks === null || order === null ? Number.NaN : blocks * 2 ** order;
  return Number.isSafeInteger(pages) ? pages : null;
}
