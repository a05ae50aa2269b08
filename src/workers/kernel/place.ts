/**
 * Where a block's pages are: what its PFN line says (format/pfn-line.ts reads the same, line by line).
 *
 *     PFN 0x4355 type Unmovable Block 33 type Unmovable Flags 0x100000000000000(node=0|zone=1)
 *         pfn    ├ first ──────┤pageblock├ rest ────────────────────────────────────────────┤
 *
 * A place is the two types, node and zone, as a string of four parts with a zero behind each. There are few; flags may be of any number, so they are
 * not kept.
 */
import { equal } from './kernel-bytes';
import { Dictionary, intern } from './kernel-dictionary';
import { allocate } from './memory';

const SPACE: u8 = 0x20;
const OPENS: u8 = 0x28;
const CLOSES: u8 = 0x29;
const BAR: u8 = 0x7c;
const ZERO_X: u16 = 0x7830;
const TYPE: u64 = 0x20657079_7420; // " type "
const BLOCK: u64 = 0x206b636f_6c4220; // " Block "
const FLAGS: u64 = 0x78302073_67616c46; // "Flags 0x"
const NODE: u64 = 0x3d_65646f6e; // "node="
const ZONE: u64 = 0x3d_656e6f7a; // "zone="
const FIVE: u64 = 0xff_ffffffff;
const SIX: u64 = 0xffff_ffffffff;
const SEVEN: u64 = 0xffffff_ffffffff;

/** Longer words are left to the main program, and so are longer numbers than doubles hold. */
const LONGEST_WORD: usize = 64;
const MOST_HEX: usize = 13;
const MOST_DIGITS: usize = 15;

export let pfn: f64 = 0;
export let pageblock: f64 = 0;
/** The entry of the place. */
export let place: usize = 0;

/** The line before, behind its PFN, and the two parts of it to which a place belongs: neighbours are mostly alike. */
const ROOM: usize = 256;
const latestLine: usize = allocate(ROOM);
/** 0: none. A line may also end behind its number, and is no place then. */
let lineLength: usize = 0;
const latestFirst: usize = allocate(ROOM);
const latestRest: usize = allocate(ROOM);
let firstLength: usize = 0;
let restLength: usize = 0;
const text: usize = allocate(ROOM);

/** Forgets the line before. */
export function startPlaces(): void {
  firstLength = 0;
  lineLength = 0;
}

/** Says what a line's place is that the main program has read. */
export function setPlace(entry: usize, ownPfn: f64, ownPageblock: f64): void {
  place = entry;
  pfn = ownPfn;
  pageblock = ownPageblock;
  startPlaces();
}

/** Reads the line [from, to). Returns false if it is not of the usual form. */
export function readPlace(places: Dictionary, from: usize, to: usize): bool {
  // Anything else behind `PFN` is damage: where the pages are is not known then.
  if (load<u8>(from, 3) != SPACE) return false;
  const digits = readPfn(from + 4);
  if (!digits) return false;
  const at = from + 4 + digits;
  if (lineLength && lineLength == to - at && equal(at, latestLine, lineLength)) return true;
  lineLength = 0;
  if (!readRest(places, at, to)) return false;
  if (to - at <= ROOM) {
    lineLength = to - at;
    memory.copy(latestLine, at, lineLength);
  }
  return true;
}

/** Reads what stands behind the PFN. */
function readRest(places: Dictionary, at: usize, to: usize): bool {
  if (firstLength && equal(at, latestFirst, firstLength)) {
    const number = readDecimal(at + firstLength);
    const rest = at + firstLength + number;
    pageblock = decimal;
    if (number && to - rest == restLength && equal(rest, latestRest, restLength)) return true;
  }
  return readNewPlace(places, at, to);
}

/** Reads the PFN at `at`, hexadecimal or decimal. Returns the length of it, or 0. */
@inline
function readPfn(at: usize): usize {
  if (load<u16>(at) != ZERO_X) {
    const length = readDecimal(at);
    pfn = decimal;
    return length;
  }
  let value: u64 = 0;
  let length: usize = 2;
  for (; ; length++) {
    const byte = <u32>load<u8>(at + length);
    const digit = byte - 0x30 < 10 ? byte - 0x30 : (byte | 0x20) - 0x61 < 6 ? (byte | 0x20) - 0x57 : 16;
    if (digit == 16) break;
    value = (value << 4) | digit;
  }
  pfn = <f64>value;
  return length > 2 && length <= 2 + MOST_HEX ? length : 0;
}

let decimal: f64 = 0;

/** Reads digits into `decimal`. Returns their number, or 0. */
@inline
function readDecimal(at: usize): usize {
  let value: u64 = 0;
  let length: usize = 0;
  for (; ; length++) {
    const digit = <u32>load<u8>(at + length) - 0x30;
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  decimal = <f64>value;
  return length <= MOST_DIGITS ? length : 0;
}

function readNewPlace(places: Dictionary, at: usize, to: usize): bool {
  const first = at;
  firstLength = 0;
  if ((load<u64>(at) & SIX) != TYPE) return false;
  const asked = wordLength(at + 6);
  if (!asked) return false;
  let length = append(0, at + 6, asked);
  at += 6 + asked;
  if ((load<u64>(at) & SEVEN) != BLOCK) return false;
  at += 7;
  const ownFirst = at - first;
  const digits = readDecimal(at);
  if (!digits) return false;
  pageblock = decimal;
  at += digits;
  const rest = at;
  if ((load<u64>(at) & SIX) != TYPE) return false;
  const own = wordLength(at + 6);
  if (!own) return false;
  length = append(length, at + 6, own);
  at += 6 + own + 1;
  if (load<u64>(at) != FLAGS || load<u8>(to - 1) != CLOSES) return false;
  const node = flagValue(at, to, NODE);
  length = append(length, node, digitsLength(node));
  const zone = flagValue(at, to, ZONE);
  length = append(length, zone, digitsLength(zone));
  place = intern(places, text, length);
  restLength = to - rest;
  if (ownFirst > ROOM || restLength > ROOM) return true;
  firstLength = ownFirst;
  memory.copy(latestFirst, first, ownFirst);
  memory.copy(latestRest, rest, restLength);
  return true;
}

/** Appends a part of the place at `length`. Returns the length with it. */
function append(length: usize, from: usize, partLength: usize): usize {
  memory.copy(text + length, from, partLength);
  store<u8>(text + length + partLength, 0);
  return length + partLength + 1;
}

/** The length of a word, before a space; 0 if it is too long or empty. */
function wordLength(at: usize): usize {
  for (let length: usize = 0; length < LONGEST_WORD; length++) {
    const byte = load<u8>(at + length);
    if (byte == SPACE) return length;
    if (byte < SPACE) return 0;
  }
  return 0;
}

/** Where the digits of a flag such as `node=0` begin; `to` if there is none. */
function flagValue(from: usize, to: usize, name: u64): usize {
  for (let at = to - 1; at > from; at--) {
    const before = load<u8>(at - 1);
    if ((before == BAR || before == OPENS) && (load<u64>(at) & FIVE) == name) return at + 5;
  }
  return to;
}

function digitsLength(at: usize): usize {
  const length = readDecimalLength(at);
  return length <= MOST_DIGITS ? length : 0;
}

function readDecimalLength(at: usize): usize {
  let length: usize = 0;
  while (<u32>load<u8>(at + length) - 0x30 < 10) length++;
  return length;
}
