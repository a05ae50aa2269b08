import type { Span } from './bytes.js';

/**
 * A time in ns since boot as two exact doubles: whole seconds and the nanoseconds that remain. One double holds ns exactly
 * for 104 days only, and machines run longer.
 */
export interface Timestamp {
  seconds: number;
  nanos: number;
}

/** What a block without a time counts as: 2^64 - 1 ns, so that it sorts last. */
export const NO_TIME: Readonly<Timestamp> = { seconds: 18_446_744_073, nanos: 709_551_615 };

/** The same in ns. */
export const NO_NANOS: bigint = 2n ** 64n - 1n;

const NANOS_PER_SECOND = 1_000_000_000n;

export function nanosOf({ seconds, nanos }: Readonly<Timestamp>): bigint {
  return BigInt(seconds) * NANOS_PER_SECOND + BigInt(nanos);
}

/** Longest run of digits that `plain` numbers may have: below 2^64 whatever the digits. */
export const PLAIN_DIGITS = 19;

const NANO_DIGITS = 9;
const ZERO = 0x30;

/** The value of at most 15 digits. */
export function digitsValue(bytes: Uint8Array, { from, to }: Span): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] as number) - ZERO;
  return value;
}

/** Whether the digits are what the kernel prints of a number: no leading zero, not too long. Such digits can be made again from the value. */
export function isPlainNumber(bytes: Uint8Array, { from, to }: Span): boolean {
  const length = to - from;
  if (length < 1 || length > PLAIN_DIGITS) return false;
  return length === 1 || bytes[from] !== ZERO;
}

/** Reads a time of any length into `into`; what does not fit 64 bits is NO_TIME, as strtoull has it. */
export function readTimestamp(bytes: Uint8Array, digits: Span, into: Timestamp): void {
  let from = digits.from;
  while (from < digits.to && bytes[from] === ZERO) from++;
  const split = Math.max(from, digits.to - NANO_DIGITS);
  into.seconds = digits.to - from > PLAIN_DIGITS + 1 ? Infinity : digitsValue(bytes, { from, to: split });
  into.nanos = digitsValue(bytes, { from: split, to: digits.to });
  if (compareTimestamps(into.seconds, into.nanos, NO_TIME.seconds, NO_TIME.nanos) > 0) Object.assign(into, NO_TIME);
}

export function isNoTime({ seconds, nanos }: Timestamp): boolean {
  return seconds === NO_TIME.seconds && nanos === NO_TIME.nanos;
}

export function compareTimestamps(aSeconds: number, aNanos: number, bSeconds: number, bNanos: number): number {
  return aSeconds - bSeconds || aNanos - bNanos;
}

/** The digits of a plain number, as the kernel prints them. */
export function timestampText(seconds: number, nanos: number): string {
  return seconds === 0 ? String(nanos) : `${seconds}${String(nanos).padStart(NANO_DIGITS, '0')}`;
}
