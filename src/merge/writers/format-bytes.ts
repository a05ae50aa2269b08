const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `1.5 GiB` */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; isRoundedTo1024(value) && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Also what would be written as 1024.0. */
function isRoundedTo1024(value: number): boolean {
  return Math.abs(Number(value.toFixed(1))) >= 1024;
}
