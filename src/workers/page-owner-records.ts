import { closeSync, openSync, readSync, statfsSync, writeSync } from 'node:fs';
import type { RecordFilter } from './record-filter.js';

/**
 * Reads records of the kernel's page_owner file (mm/page_owner.c). Its position is a PFN: a read at it gives the first record at or after that PFN, one
 * record a read, at most a page of text. A record that is longer gives ENOMEM, and no other way to it.
 */
export interface RecordSource {
  /** Fills `buffer`, which has at least RECORD_BYTES, from its start. Returns the bytes of the record; 0: there is none. Throws what the system says. */
  read(pfn: number, buffer: Uint8Array): number;
}

/** The kernel gives no more, whatever the buffer has. With pages of 64 KiB it could. */
export const RECORD_BYTES: number = 1 << 16;

/** What was found in a range of PFNs. */
export interface RangeRecords {
  /** Text of the records, in order. */
  readonly text: Uint8Array;
  readonly records: number;
  /** Where the first record behind the range is; Infinity: there is none. */
  readonly next: number;
  readonly lost: readonly LostRun[];
}

/**
 * PFNs at which reads met records that are longer than a page, and are lost: one is at the last of them, and others may be at those before. The last run of a
 * range that reaches its end goes on in the next range, and may have its only record there.
 */
export interface LostRun {
  readonly from: number;
  /** The last one. */
  readonly to: number;
}

/** Thrown for a file whose position is no PFN, or that is no page_owner file. */
export class NoPfn extends Error {}

/**
 * Reads the records that start in a range and that the filter wants. A high-order page that goes beyond it belongs to it; tails of one that came before
 * are given by no read.
 * @throws NoPfn; what the system says, with the PFN in `pfn`
 */
export function readRange(source: RecordSource, from: number, to: number, filter?: RecordFilter): RangeRecords {
  const lost: LostRun[] = [];
  const found = new RecordText();
  let pfn = from;
  while (pfn < to) {
    const room = found.room();
    const bytes = readOne(source, pfn, room);
    if (bytes === TOO_LONG) {
      const behind = behindTooLong(source, pfn, to, room);
      lost.push({ from: pfn, to: behind - 1 });
      pfn = behind;
      continue;
    }
    if (bytes === 0) return { ...found.ended(), next: Infinity, lost };
    const record = room.subarray(0, bytes);
    const at = pfnOf(record);
    if (at < pfn) throw new NoPfn(`asked for PFN ${pfn}, the kernel gave ${at}`);
    if (at >= to) return { ...found.ended(), next: at, lost };
    if (!filter || filter(record, at)) found.keep(bytes);
    pfn = at + 2 ** orderOf(record);
  }
  return { ...found.ended(), next: pfn, lost };
}

/** Of this thread, for all its ranges: new memory for each would wait long to be collected. */
let shared = Buffer.allocUnsafeSlow(8 * RECORD_BYTES);

/** Text of records, one behind the other. What is read next is read to its end. One is filled at a time. */
class RecordText {
  private length = 0;
  private records = 0;

  /** Where the next record goes. */
  room(): Buffer {
    if (shared.length - this.length < RECORD_BYTES) {
      const larger = Buffer.allocUnsafeSlow(2 * shared.length);
      shared.copy(larger, 0, 0, this.length);
      shared = larger;
    }
    return shared.subarray(this.length);
  }

  /** Keeps the record that was read there. */
  keep(bytes: number): void {
    this.length += bytes;
    this.records++;
  }

  ended(): Pick<RangeRecords, 'text' | 'records'> {
    return { text: new Uint8Array(shared.subarray(0, this.length)), records: this.records };
  }
}

const ORDER = Buffer.from('Page allocated via order ');
const PFN = Buffer.from('\nPFN 0x');

/** Of each record some are read: by byte, since an emulated machine takes as long for a regular expression as for the read. Throws NoPfn for another text. */
function orderOf(record: Buffer): number {
  if (record.length < ORDER.length || ORDER.compare(record, 0, ORDER.length) !== 0)
    throw new NoPfn('its records have no order');
  let order = 0;
  for (let at = ORDER.length; isDigit(record[at]); at++) order = 10 * order + (record[at] as number) - ZERO;
  return order;
}

/** The PFN of a record. Throws NoPfn for a text that has none. */
export function pfnOf(record: Buffer): number {
  let at = record.indexOf(PFN);
  if (at < 0) return decimalPfnOf(record);
  let pfn = 0;
  for (at += PFN.length; ; at++) {
    const digit = hexDigit(record[at]);
    if (digit < 0) return pfn;
    pfn = 16 * pfn + digit;
  }
}

/** Of older kernels, 6.1 among them: `PFN 1234 `. */
function decimalPfnOf(record: Buffer): number {
  const [, digits] = /\nPFN (\d+) /.exec(record.toString('latin1')) ?? [];
  if (digits === undefined) throw new NoPfn('its records have no PFN');
  return Number(digits);
}

const ZERO = 0x30;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte < ZERO + 10;
}

/** -1: it is none. The kernel writes small letters. */
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= ZERO && byte < ZERO + 10) return byte - ZERO;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x61 + 10 : -1;
}

const TOO_LONG = -1;

function readOne(source: RecordSource, pfn: number, buffer: Buffer): number {
  for (;;) {
    try {
      return source.read(pfn, buffer);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOMEM') return TOO_LONG;
      if (code !== 'EINTR') throw Object.assign(error as Error, { pfn });
    }
  }
}

/**
 * The first PFN behind `pfn` whose read meets no record that is too long: one is at the PFN before. Each PFN is tried, since a longer step could pass over a
 * record that is not too long. At most `to`.
 */
function behindTooLong(source: RecordSource, pfn: number, to: number, buffer: Buffer): number {
  let at = pfn + 1;
  while (at < to && readOne(source, at, buffer) === TOO_LONG) at++;
  return at;
}

/** Of debugfs, by statfs(2). */
export const DEBUGFS_MAGIC: number = 0x64626720;

/** The kernel's file. */
export class PageOwnerFile implements RecordSource {
  private readonly fd: number;

  /** Only the kernel's own file is opened to be told words: in a copy they would stand in place of its text. */
  constructor(path: string, flags: 'r' | 'r+' = 'r') {
    if (flags === 'r+' && statfsSync(path).type !== DEBUGFS_MAGIC) throw new Error(`${path} is not in debugfs`);
    this.fd = openSync(path, flags);
  }

  /** Words for the kernel, of this open file only. It takes all or none. */
  tell(words: string): void {
    writeSync(this.fd, words);
  }

  read(pfn: number, buffer: Uint8Array): number {
    return readSync(this.fd, buffer, 0, RECORD_BYTES, pfn);
  }

  /** The record at the file's own position, which moves past it, also where it is too long. */
  readOn(buffer: Uint8Array): number {
    return readSync(this.fd, buffer, 0, RECORD_BYTES, null);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Reads on from the file's own position, as `cat` does, `most` records, or until there are no more. For a file whose position is no PFN. */
export function readOn(
  file: Pick<PageOwnerFile, 'readOn'>,
  most: number,
  filter?: RecordFilter,
): { text: Uint8Array; records: number; lost: number; hasEnded: boolean } {
  const found = new RecordText();
  let lost = 0;
  for (let read = 0; read < most; ) {
    try {
      const room = found.room();
      const bytes = file.readOn(room);
      if (bytes === 0) return { ...found.ended(), lost, hasEnded: true };
      const record = room.subarray(0, bytes);
      if (!filter || filter(record, pfnOf(record))) found.keep(bytes);
      read++;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOMEM') lost++;
      else if (code !== 'EINTR') throw error;
    }
  }
  return { ...found.ended(), lost, hasEnded: false };
}
