import type { Span } from '../format/bytes.js';
import { digitsValue } from '../format/timestamp.js';

/** What a field counts as that a block does not have. */
export const MISSING = -1;

const MOST_DIGITS = 15;

/** The order that digits tell; MISSING where there are none, Infinity where no kernel has so many. */
export function orderValue(bytes: Uint8Array, digits: Span | undefined): number {
  const value = fieldValue(bytes, digits);
  return digits && value === MISSING ? Infinity : value;
}

/** The value of a field's digits; MISSING where there are none, or more than a number of the kernel has. */
export function fieldValue(bytes: Uint8Array, digits: Span | undefined): number {
  return digits && digits.to - digits.from <= MOST_DIGITS ? digitsValue(bytes, digits) : MISSING;
}
