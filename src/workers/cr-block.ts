import { CR, LF } from '../format/bytes.js';

/** The length of the lines of a block that `bytes` begins with, up to an empty line that may be CRLF; -1 if there is none. */
export function endOfCrBlock(bytes: Buffer): number {
  for (let lf = bytes.indexOf(LF); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
    if (bytes[lf + 1] === LF || (bytes[lf + 1] === CR && bytes[lf + 2] === LF)) return lf + 1;
  }
  return -1;
}

/** The lines of a block with LF for each CRLF. */
export function withoutCr(lines: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(lines.length);
  let length = 0;
  for (let at = 0; at < lines.length; at++) {
    const byte = lines[at] as number;
    if (byte !== CR || lines[at + 1] !== LF) copy[length++] = byte;
  }
  return copy.subarray(0, length);
}
