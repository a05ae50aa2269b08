/** A kind of prefix, as a regular expression. */
export interface Layer {
  readonly name: string;
  /** @param tag the program whose lines are read, as an expression: where lines name one */
  readonly source: (tag: string) => string;
}

/** `Nov 26 20:17:44` */
const SYSLOG_TIME = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?`;
/** `2026-11-26T20:17:44.123456+00:00`; dmesg has a comma before the fraction. */
const ISO_TIME = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[-+]\d\d:?\d\d)?`;
/** `Thu 2026-11-26 20:17:44 UTC`, and `1764188264.123456`: journalctl -o short-full, short-unix. */
const JOURNAL_TIME = String.raw`[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? [A-Z\d+-]{1,6}|\d{9,11}\.\d{6}`;
/** `[   12.345678]` */
const MONOTONIC = String.raw`\[ *\d{1,12}\.\d{1,9}\]`;
const LEVEL = String.raw`<\d{1,3}>`;
/** `[T10694]`, `[    C0]` (CONFIG_PRINTK_CALLER). */
const CALLER = String.raw`\[ *[TC]\d{1,10}[^\[\]]{0,40}\]`;
/** dmesg -T, -e, -d: `[Thu Nov 26 20:17:44 2026]`, `[Nov26 20:17]`, `[  +0.000012]`, `[   12.345678 <    0.000012>]`. */
const DMESG_TIME = String.raw`\[(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}|[A-Z][a-z]{2} ?\d{1,2} \d\d:\d\d|[ ]*\+\d{1,9}\.\d{1,9}|[ ]*\d{1,12}\.\d{1,9} <[ ]*\d{1,9}\.\d{1,9}>)\]`;
/** `11-26 20:17:44.123  0  0 I kernel  :` of logcat -v threadtime, `11-26 20:17:44.123 I/kernel (   0):` of -v time. */
const LOGCAT_TIME = String.raw`(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,9} `;

/** Behind a prefix; that of an empty line may have lost it. */
const BLANK = '(?: |$)';
/** `host kernel: `, `host systemd[1]: ` */
const WRITER = (tag: string): string => String.raw`(?:\S{1,255} )?${tag}(?:\[\d{1,10}\])?:${BLANK}`;
export const SHORT_MONOTONIC = 'short-monotonic';

/** In the order in which they are tried. A prefix is one or several. */
export const LAYERS: readonly Layer[] = [
  {
    name: 'syslog',
    source: (tag) => `(?:${LEVEL})?(?:${SYSLOG_TIME}|${ISO_TIME}|${JOURNAL_TIME}) ${WRITER(tag)}`,
  },
  { name: SHORT_MONOTONIC, source: (tag) => `${MONOTONIC} ${WRITER(tag)}` },
  { name: 'logcat', source: (tag) => String.raw`${LOGCAT_TIME} *(?:\w{1,32} +)?\d+ +\d+ [A-Z] ${tag} *:${BLANK}` },
  { name: 'logcat', source: (tag) => String.raw`${LOGCAT_TIME}[A-Z]/${tag} *\( *\d+\):${BLANK}` },
  { name: 'dmesg level', source: () => String.raw`[a-z]+\d? *:[a-z]+ *:${BLANK}` },
  { name: 'printk time', source: () => `(?:${LEVEL})?(?:${MONOTONIC}|${DMESG_TIME})(?:${CALLER})?${BLANK}` },
  { name: 'time', source: () => `(?:${SYSLOG_TIME}|${ISO_TIME}|${JOURNAL_TIME})${BLANK}` },
  { name: '/dev/kmsg', source: () => String.raw`\d{1,3},\d{1,20},\d{1,20},[-c+](?:,[^;]{0,200})?;` },
  { name: 'level', source: () => LEVEL },
];
