const FORM = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** A date, or a date and time, of ISO 8601 as toISOString has it; undefined for other text. Without a zone it is UTC, wherever it is read. */
export function isoTime(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const [, date, time = '00:00', seconds = '00', fraction = '0', zone = 'Z'] = FORM.exec(text) ?? [];
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const offset = zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const moment = new Date(`${date}T${time}:${seconds}.${milliseconds}${offset}`);
  // A 30th of February would be the 2nd of March.
  const isDay = new Date(`${date}T00:00Z`).getUTCDate() === Number(date?.slice(-2));
  return isDay && !Number.isNaN(moment.getTime()) ? moment.toISOString() : undefined;
}
