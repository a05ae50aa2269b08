import { closeSync, openSync, readSync } from 'node:fs';

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

const HEADER = /^Page allocated via order (\d+)/;
const PFN = /\nPFN (0x[\da-f]+|\d+) /;

/**
 * Reads the records that start in a range. A high-order page that goes beyond it belongs to it; tails of one that came before are given by no read.
 * @throws NoPfn; what the system says, with the PFN in `pfn`
 */
export function readRange(source: RecordSource, from: number, to: number): RangeRecords {
  const buffer = Buffer.allocUnsafeSlow(RECORD_BYTES);
  const lost: LostRun[] = [];
  const pieces: Buffer[] = [];
  let pfn = from;
  while (pfn < to) {
    const bytes = readOne(source, pfn, buffer);
    if (bytes === TOO_LONG) {
      const behind = behindTooLong(source, pfn, to, buffer);
      lost.push({ from: pfn, to: behind - 1 });
      pfn = behind;
      continue;
    }
    if (bytes === 0) return { text: Buffer.concat(pieces), records: pieces.length, next: Infinity, lost };
    const record = buffer.subarray(0, bytes);
    const { at, order } = placeOf(record);
    if (at < pfn) throw new NoPfn(`asked for PFN ${pfn}, the kernel gave ${at}`);
    if (at >= to) return { text: Buffer.concat(pieces), records: pieces.length, next: at, lost };
    pieces.push(Buffer.from(record));
    pfn = at + 2 ** order;
  }
  return { text: Buffer.concat(pieces), records: pieces.length, next: pfn, lost };
}

/** Where a record is. Throws NoPfn for a text that does not say so. */
export function placeOf(record: Buffer): { readonly at: number; readonly order: number } {
  const text = record.toString('latin1', 0, 512);
  const [, order] = HEADER.exec(text) ?? [];
  const [, pfn] = PFN.exec(text) ?? [];
  if (order === undefined || pfn === undefined) throw new NoPfn('its records have no PFN');
  return { at: Number(pfn), order: Number(order) };
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

/** The kernel's file. */
export class PageOwnerFile implements RecordSource {
  private readonly fd: number;

  constructor(path: string) {
    this.fd = openSync(path, 'r');
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

/** Reads on from the file's own position, as `cat` does, until there are `most` records, or no more. For a file whose position is no PFN. */
export function readOn(
  file: Pick<PageOwnerFile, 'readOn'>,
  most: number,
): { text: Uint8Array; records: number; lost: number; hasEnded: boolean } {
  const buffer = Buffer.allocUnsafeSlow(RECORD_BYTES);
  const pieces: Buffer[] = [];
  let lost = 0;
  let hasEnded = false;
  while (pieces.length < most && !hasEnded) {
    try {
      const bytes = file.readOn(buffer);
      if (bytes === 0) hasEnded = true;
      else pieces.push(Buffer.from(buffer.subarray(0, bytes)));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOMEM') lost++;
      else if (code !== 'EINTR') throw error;
    }
  }
  return { text: Buffer.concat(pieces), records: pieces.length, lost, hasEnded };
}
