/**
 * Names in a dump may be any bytes. As a string, a byte that is not UTF-8 is the private-use character U+EF00 + byte (0x80 is U+EF80), so that no two
 * names become one and the bytes can be had back. Where those characters themselves occur, each of their three bytes is written so.
 */

const RAW = 0xef00;
const FIRST_RAW = 0xef80;
const LAST_RAW = 0xefff;
const RAW_BYTES = /[\uef80-\uefff]+/g;
const ODD = /[\ufffd\uef80-\uefff]/;

/** The smallest code point of so many bytes: a smaller one is overlong. */
const LEAST: readonly number[] = [0, 0, 0x80, 0x800, 0x10000];

/** The text of any bytes. encodeText gives them back. */
export function decodeText(bytes: Uint8Array): string {
  const text = utf8(bytes, 0, bytes.length);
  // Bytes that are not UTF-8 have become U+FFFD, which may also be there itself.
  return ODD.test(text) ? decodeSlowly(bytes) : text;
}

/** The bytes of a text. A lone surrogate, which decodeText never makes, becomes U+FFFD. */
export function encodeText(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let done = 0;
  for (const { 0: raw, index } of text.matchAll(RAW_BYTES)) {
    parts.push(
      Buffer.from(text.slice(done, index)),
      Uint8Array.from(raw, (letter) => letter.charCodeAt(0) - RAW),
    );
    done = index + raw.length;
  }
  const rest = Buffer.from(text.slice(done));
  return done === 0 ? rest : Buffer.concat([...parts, rest]);
}

/** The byte that a character stands for, or undefined. */
export function rawByte(code: number): number | undefined {
  return code >= FIRST_RAW && code <= LAST_RAW ? code - RAW : undefined;
}

function utf8(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString();
}

function decodeSlowly(bytes: Uint8Array): string {
  let text = '';
  let done = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += utf8(bytes, done, at) + String.fromCharCode(RAW + (bytes[at++] as number));
    done = at;
  }
  return text + utf8(bytes, done, bytes.length);
}

/** Bytes of the UTF-8 character at `at`; 0 where there is none, or one that stands for a byte. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let code = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i] ?? 0;
    if ((next & 0xc0) !== 0x80) return 0;
    code = (code << 6) | (next & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  const isBad = code < (LEAST[length] as number) || code > 0x10ffff || isSurrogate || rawByte(code) !== undefined;
  return isBad ? 0 : length;
}
