/** What a block's PFN line says of its pages. */
export interface PfnLine {
  /** The first page's frame number. */
  readonly pfn: number;
  /** PFN >> pageblock_order. */
  readonly pageblock: number;
  readonly place: Place;
}

/** Where pages are. Blocks of one place differ in PFN and pageblock only. */
export interface Place {
  /** What the mask asks for: Unmovable, Movable, Reclaimable. Before 4.6 a number. */
  readonly migratetype: string;
  /** The pageblock's own: one of those, or HighAtomic, CMA, Isolate, a vendor's. */
  readonly pageblockType: string;
  /** Digits; empty where the kernel does not print them (before 5.13). */
  readonly node: string;
  readonly zone: string;
}

/** The place of a block without a PFN line that can be read. */
export const NOWHERE: Place = { migratetype: '', pageblockType: '', node: '', zone: '' };

/** From 4.6 on; hexadecimal from 6.5 on. */
const LINE =
  /^PFN (0x[\da-f]{1,13}|\d{1,15}) type ([!-\xff]{1,63}) Block (\d{1,15}) type ([!-\xff]{1,63}) Flags 0x([^\n]*)$/i;
/** 3.19 to 4.5: numbers, and flags as letters. */
const OLD_LINE = /^PFN (\d{1,15}) Block (\d{1,15}) type (\d{1,3}) (Fallback)?/;

/** Reads a line, without its LF. Undefined if it is of no form that is known. */
function parsePfnLine(line: string): PfnLine | undefined {
  const [, pfn, migratetype = '', pageblock, pageblockType = '', flags = ''] = LINE.exec(line) ?? [];
  if (pfn !== undefined) {
    const place = { migratetype, pageblockType, node: flagOf(flags, 'node'), zone: flagOf(flags, 'zone') };
    return { pfn: Number(pfn), pageblock: Number(pageblock), place };
  }
  const [, oldPfn, oldPageblock, type = '', fallback] = OLD_LINE.exec(line) ?? [];
  if (oldPfn === undefined) return undefined;
  // Where the types differ the line says so, but not what the other is.
  const place = { ...NOWHERE, migratetype: fallback ?? type, pageblockType: type };
  return { pfn: Number(oldPfn), pageblock: Number(oldPageblock), place };
}

function flagOf(flags: string, name: string): string {
  const values = [...flags.matchAll(new RegExp(`[(|]${name}=(\\d{1,15})(?!\\d)`, 'g'))];
  return values.at(-1)?.[1] ?? '';
}

/** A place as the bytes by which places are told apart: its four parts, a zero behind each. */
export function placeBytes({ migratetype, pageblockType, node, zone }: Place): Uint8Array {
  return Buffer.from(`${migratetype}\0${pageblockType}\0${node}\0${zone}\0`, 'latin1');
}

/** The place that such bytes tell. */
export function placeOf(bytes: Uint8Array): Place {
  const parts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').split('\0');
  const [migratetype = '', pageblockType = '', node = '', zone = ''] = parts;
  return { migratetype, pageblockType, node: plainDigits(node), zone: plainDigits(zone) };
}

/** Damage can put zeros in front of a number: it is the same node all the same. */
function plainDigits(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

/** The first of some lines that can be read: a command name may hold something that looks like one. */
export function firstPfnLine(lines: readonly Uint8Array[]): PfnLine | undefined {
  for (const { buffer, byteOffset, length } of lines) {
    const line = parsePfnLine(Buffer.from(buffer, byteOffset, length).toString('latin1'));
    if (line) return line;
  }
  return undefined;
}
