/** The plain digits of a number, also beyond 2^53 where String() rounds; undefined for what is no number. */
export function plainNumber(value: number | bigint): string | undefined {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  if (!Number.isFinite(value)) return undefined;
  return String(Number.isInteger(value) ? BigInt(value) : value);
}

/** `1 857 279`, `0.25`. A plain space, since any terminal and any font has one. */
export function groupedNumber(value: number): string {
  const [whole = '', fraction] = (Number.isInteger(value) ? plainNumber(value) : fixed(value, 2))?.split('.') ?? [];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Like toFixed, without `-0.0`. */
export function fixed(value: number, digits: number): string {
  return Number(value.toFixed(digits)).toFixed(digits);
}
