export { formatBytes } from '../../merge/writers/format-bytes.js';

/** `8 s`, `3 min 20 s` */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

const SUFFIXES: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** The bytes of `65536`, `64K`, `16M` or `1G`; undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const [, digits, suffix] = /^(\d{1,12})([KMG]?)$/i.exec(text) ?? [];
  if (digits === undefined || suffix === undefined) return undefined;
  return Number(digits) * (SUFFIXES[suffix.toUpperCase()] as number);
}
