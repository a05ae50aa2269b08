import { Shape } from '../format/header.js';
import { timestampText } from '../format/timestamp.js';
import { grown } from './grow.js';
import { at, type Table } from './table.js';

/** A buffer that text is appended to. */
export class TextBuffer {
  length = 0;
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 16);

  /** ASCII only. */
  ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  append(source: Uint8Array, from: number, to: number): void {
    this.reserve(to - from);
    this.bytes.set(source.subarray(from, to), this.length);
    this.length += to - from;
  }

  /** What was appended. Valid until the next append. */
  contents(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  private reserve(more: number): void {
    this.bytes = grown(this.bytes, this.length + more);
  }
}

/** Appends the text of a group's block: header line without the numbers that the rule leaves out, and stack. */
export function appendText(out: TextBuffer, { columns, heads, stacks, rule }: Table, group: number): void {
  const head = at(columns.head, group);
  const shape = at(columns.shape, group);
  const from = heads.strings.start(head);
  const to = heads.lineEnd(head);
  out.append(heads.strings.bytes, from, to);
  if (shape !== Shape.WHOLE) {
    if (!rule.withoutTs) out.ascii(timestampText(at(columns.tsSeconds, group), at(columns.tsNanos, group)));
    out.ascii(' ns');
  }
  if (shape === Shape.TS_FREE_TS) {
    out.ascii(', free_ts ');
    if (!rule.withoutFreeTs) out.ascii(timestampText(at(columns.freeSeconds, group), at(columns.freeNanos, group)));
    out.ascii(' ns');
  }
  if (to > from) out.ascii('\n');
  appendStack(out, stacks, at(columns.stack, group));
}

export function appendStack(out: TextBuffer, stacks: Table['stacks'], stack: number): void {
  out.append(stacks.bytes, stacks.start(stack), stacks.end(stack));
}
