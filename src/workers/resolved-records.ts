import type { RecordSource } from './page-owner-records.js';

/**
 * Records with their stacks, of a kernel that can give handles in place of stacks, which is less to print. A handle that comes for the first time is learned
 * from the record itself, read again with both. (page_owner_stacks/show_stacks_handles has no stacks of pages from before page_owner began, and none that
 * came after it was read.)
 */
export class ResolvedRecords implements RecordSource {
  private readonly handles: RecordSource;
  private readonly both: RecordSource & { readOn(buffer: Uint8Array): number };
  /** Text of frames, by handle. */
  private readonly stacks = new Map<string, Buffer>();

  /**
   * @param handles in mode=handle
   * @param both in mode=stack_handle
   */
  constructor(handles: RecordSource, both: RecordSource & { readOn(buffer: Uint8Array): number }) {
    this.handles = handles;
    this.both = both;
  }

  read(pfn: number, buffer: Uint8Array): number {
    const bytes = this.handles.read(pfn, buffer);
    const record = bufferOf(buffer);
    const line = handleLine(record.subarray(0, bytes));
    if (!line) return bytes;
    const stack = this.stacks.get(line.handle);
    // Its page may be another's by now: then that is the record.
    return stack ? putInto(record, bytes, line, stack) : this.learned(record, this.both.read(pfn, buffer));
  }

  /** At the position of one file, which no other can read at. */
  readOn(buffer: Uint8Array): number {
    return this.learned(bufferOf(buffer), this.both.readOn(buffer));
  }

  /** Takes the handle out of a record that has both. */
  private learned(record: Buffer, bytes: number): number {
    const line = handleLine(record.subarray(0, bytes));
    if (!line) return bytes;
    const from = record.indexOf('\n', record.indexOf('\nPFN ') + 1) + 1;
    this.stacks.set(line.handle, Buffer.from(record.subarray(from, line.from)));
    return putInto(record, bytes, line, NO_STACK);
  }
}

const NO_STACK = Buffer.alloc(0);

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

interface HandleLine {
  /** Its digits. */
  readonly handle: string;
  readonly from: number;
  /** Behind its newline. */
  readonly to: number;
}

const HANDLE = Buffer.from('\nhandle: ');

/** The one behind the PFN line: a command name may have a line that looks like it. */
function handleLine(record: Buffer): HandleLine | undefined {
  const at = record.indexOf(HANDLE, record.indexOf('\nPFN '));
  if (at < 0) return undefined;
  const to = record.indexOf('\n', at + 1) + 1;
  return { handle: record.toString('latin1', at + HANDLE.length, to - 1), from: at + 1, to };
}

/** Puts frames in place of a line, and returns the new length. */
function putInto(record: Buffer, bytes: number, { from, to }: HandleLine, stack: Buffer): number {
  const length = bytes - (to - from) + stack.length;
  // As the kernel says it of what is too long.
  if (length > record.length) throw Object.assign(new Error('the record is too long'), { code: 'ENOMEM' });
  record.copyWithin(from + stack.length, to, bytes);
  stack.copy(record, from);
  return length;
}
