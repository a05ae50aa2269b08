import { lineEnd } from '../format/bytes.js';
import { Shape } from '../format/header.js';
import { timestampText } from '../format/timestamp.js';
import { at, type Table } from './group-table.js';
import { grown } from './grow.js';
import type { StringList } from './string-list.js';

/** A buffer that text is appended to. */
export class TextBuffer {
  length = 0;
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 16);
  private view: DataView = new DataView(this.bytes.buffer);

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

  /** A number that is not negative, as 8 bytes that sort as it does. */
  number(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value);
    this.length += 8;
  }

  /** Ends bytes appended since `from` so that with anything behind them they sort as by themselves: a zero is 0 255 then, and the end is 0 0. */
  terminate(from: number): void {
    let zeros = 0;
    for (let at = this.bytes.indexOf(0, from); at >= 0 && at < this.length; at = this.bytes.indexOf(0, at + 1)) zeros++;
    this.reserve(zeros + 2);
    let to = this.length + zeros;
    for (let at = this.length - 1; zeros > 0; at--) {
      const byte = this.bytes[at] as number;
      if (byte === 0) {
        this.bytes[--to] = 255;
        zeros--;
      }
      this.bytes[--to] = byte;
      if (byte === 0) this.length++;
    }
    this.bytes.fill(0, this.length, this.length + 2);
    this.length += 2;
  }

  /** Turns round the order of the bytes appended since `from`. */
  invert(from: number): void {
    for (let at = from; at < this.length; at++) this.bytes[at] = ~(this.bytes[at] as number);
  }

  /** What was appended. Valid until the next append. */
  contents(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    this.bytes = grown(this.bytes, this.length + more);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** Appends the name of the module of a group's block. */
export function appendModule(out: TextBuffer, { columns, modules }: Table, group: number): void {
  const name = modules.names.get(modules.of(at(columns.stack, group), at(columns.tail, group)));
  out.append(name, 0, name.length);
}

/** Appends the text of a group's block: header line without the numbers that the rule leaves out, and stack. */
export function appendText(out: TextBuffer, table: Table, group: number): void {
  const { columns, rule } = table;
  const shape = at(columns.shape, group);
  const start = out.length;
  appendHead(out, table, at(columns.mask, group), at(columns.task, group));
  if (shape !== Shape.WHOLE) {
    if (!rule.withoutTs) out.ascii(timestampText(at(columns.tsSeconds, group), at(columns.tsNanos, group)));
    out.ascii(' ns');
  }
  if (shape === Shape.TS_FREE_TS) {
    out.ascii(', free_ts ');
    if (!rule.withoutFreeTs) out.ascii(timestampText(at(columns.freeSeconds, group), at(columns.freeNanos, group)));
    out.ascii(' ns');
  }
  // A block of PFN lines alone has no text, not even an empty line.
  if (out.length > start) out.ascii('\n');
  appendStack(out, table, group);
}

/** Appends what of a head belongs to the block's text: its first line. */
function appendHead(out: TextBuffer, { masks, tasks }: Table, mask: number, task: number): void {
  const { bytes } = masks.strings;
  const [from, to] = [masks.strings.start(mask), masks.strings.end(mask)];
  if (masks.isPlain[mask]) {
    out.append(bytes, from, to);
    appendString(out, tasks.strings, task);
  } else out.append(bytes, from, lineEnd(bytes, from, to));
}

/** Appends the stack of a group, with its tail lines. */
export function appendStack(out: TextBuffer, { columns, stacks, tails }: Table, group: number): void {
  appendString(out, stacks, at(columns.stack, group));
  appendString(out, tails, at(columns.tail, group));
}

export function appendString(out: TextBuffer, strings: StringList, id: number): void {
  out.append(strings.bytes, strings.start(id), strings.end(id));
}
