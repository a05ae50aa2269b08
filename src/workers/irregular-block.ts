import { Allocator, isVmalloc, pfnLineAllocator } from '../format/allocator.js';
import { LF, type Span } from '../format/bytes.js';
import { type FieldSpans, findFields, isPageOwnerText, isPfnLine } from '../format/fields.js';
import { Shape, splitAnyLine, type TextRule } from '../format/header.js';
import { NO_TIME, readTimestamp, type Timestamp } from '../format/timestamp.js';
import { MISSING, orderValue } from '../merge/field-value.js';

/**
 * Reads a block of any form: fields anywhere in the text, PFN lines anywhere, numbers of any length. It gives the same head, shape and stack as the
 * usual way wherever both give the same text, so that equal texts stay one group.
 */
export class IrregularBlock {
  head: Uint8Array = new Uint8Array(0);
  stack: Uint8Array = new Uint8Array(0);
  shape: number = Shape.WHOLE;
  allocator = 0;
  isPageOwner = false;
  /** MISSING where the text has none. */
  order: number = MISSING;
  /** Without their LFs. */
  pfnLines: Uint8Array[] = [];
  private readonly rule: TextRule;

  constructor(rule: TextRule) {
    this.rule = rule;
  }

  /** Reads the lines of a block, the last one's LF included, and their times into `ts` and `freeTs`. */
  read(lines: Uint8Array, ts: Timestamp, freeTs: Timestamp): void {
    let pfnLine: Span = { from: 0, to: 0 };
    const text = new Uint8Array(lines.length);
    let length = 0;
    this.pfnLines = [];
    for (let at = 0; at < lines.length; ) {
      const end = lines.indexOf(LF, at) + 1;
      if (isPfnLine(lines, at, end)) {
        pfnLine = { from: at, to: end };
        this.pfnLines.push(lines.subarray(at, end - 1));
      } else {
        text.set(lines.subarray(at, end), length);
        length += end - at;
      }
      at = end;
    }
    const bits =
      pfnLineAllocator(lines, pfnLine.from, pfnLine.to) | (isVmalloc(text, 0, length) ? Allocator.VMALLOC : 0);
    this.allocator = bits || Allocator.OTHERS;
    this.isPageOwner = isPageOwnerText(text, 0, length);
    const fields = findFields(text, 0, length);
    this.order = orderValue(text, fields.order);
    readOrNone(text, fields.ts, ts);
    readOrNone(text, fields.freeTs, freeTs);
    this.divide(text.subarray(0, length), fields);
  }

  /** Finds head, shape and stack. */
  private divide(text: Uint8Array, fields: FieldSpans): void {
    const lineTo = Math.max(0, text.indexOf(LF));
    const { ts, freeTs } = fields;
    const { shape, headTo } = splitAnyLine(text, lineTo, fields, this.rule);
    const leftOut: Span[] = [];
    if (ts && this.rule.withoutTs) leftOut.push(ts);
    if (freeTs && this.rule.withoutFreeTs && !leftOut.some(({ from }) => from === freeTs.from)) leftOut.push(freeTs);
    this.shape = shape;
    this.head = Buffer.concat([...without(text, 0, headTo, leftOut), ...repeatedFields(text, headTo, fields)]);
    this.stack = Buffer.concat(without(text, lineTo + 1, text.length, leftOut));
  }
}

function readOrNone(text: Uint8Array, digits: Span | undefined, into: Timestamp): void {
  if (digits) readTimestamp(text, digits, into);
  else Object.assign(into, NO_TIME);
}

/** The pieces of [from, to) that are left when the spans, which are in ascending order, are cut out. */
function without(text: Uint8Array, from: number, to: number, spans: readonly Span[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = from;
  for (const span of spans) {
    if (span.from < from || span.to > to) continue;
    pieces.push(text.subarray(at, span.from));
    at = span.to;
  }
  if (at < to) pieces.push(text.subarray(at, to));
  return pieces;
}

/** Lines that repeat the fields which stand behind the head, in a form in which findFields finds them (see Heads). */
function repeatedFields(text: Uint8Array, headTo: number, fields: FieldSpans): Uint8Array[] {
  const repeat = (span: Span | undefined, before: string, after: string): Uint8Array[] =>
    span && span.from >= headTo ? [Buffer.from(before), text.subarray(span.from, span.to), Buffer.from(after)] : [];
  return [
    ...repeat(fields.order, '\norder ', ','),
    ...repeat(fields.pid, '\npid ', ','),
    ...repeat(fields.tgid, '\ntgid ', ' '),
    ...repeat(fields.name, '\ntgid 0 (', '), ts'),
  ];
}
