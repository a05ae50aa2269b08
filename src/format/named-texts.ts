// biome-ignore-all lint/suspicious/noControlCharactersInRegex: binary forms begin with such bytes
/** What people give by mistake, and what to do with it instead. */
export interface NamedText {
  /** `an HTML page` */
  readonly name: string;
  readonly advice: string;
}

const TAKE_DUMP = 'take the dump from /sys/kernel/debug/page_owner';
const UNPACK = 'unpack it, and give the dump in it';

/** By the first bytes, one character each. */
const KNOWN: readonly (readonly [RegExp, string, string])[] = [
  [
    /^KDUMP {3}|^makedumpfile\0/,
    'a vmcore of makedumpfile',
    'crash opens it, and can print page owners where its version knows them',
  ],
  [
    /^\x7fELF.{12}\x04\0/s,
    'a vmcore (an ELF core)',
    'crash opens it, and can print page owners where its version knows them',
  ],
  [/^\x7fELF/, 'a program (ELF)', TAKE_DUMP],
  [
    /^(?:\xd4\xc3\xb2\xa1|\xa1\xb2\xc3\xd4|\x4d\x3c\xb2\xa1|\x0a\x0d\x0d\x0a)/,
    'a capture of packets (pcap)',
    TAKE_DUMP,
  ],
  [
    /^\s*(?:<!doctype html|<html)/i,
    'an HTML page',
    'save the text itself (a link to a raw file), not the page that shows it',
  ],
  [/^%PDF-/, 'a PDF', 'save the text of the dump itself'],
  [/^PK\x03\x04/, 'a zip archive', UNPACK],
  [/^.{257}ustar/s, 'a tar archive', UNPACK],
  [/^SQLite format 3\0/, 'a database (SQLite)', TAKE_DUMP],
  [/^\x89PNG|^\xff\xd8\xff|^GIF8/, 'a picture', 'a dump is text: ask for the file from which it was drawn'],
  [
    /^slabinfo - version/,
    'the text of /proc/slabinfo',
    `it tells objects by cache, not who asked for them; ${TAKE_DUMP}`,
  ],
  [/^MemTotal: +\d+ kB/m, 'the text of /proc/meminfo', 'give it to top by --meminfo, beside the dump'],
  [/^Page block order: \d/m, 'the text of /proc/pagetypeinfo', `frag counts the same of a dump; ${TAKE_DUMP}`],
  [/^Node \d+, zone +\w+(?: +\d+)+ *$/m, 'the text of /proc/buddyinfo', `it tells free pages only; ${TAKE_DUMP}`],
  [/^Node \d+, zone +\w+\n +(?:per-node|pages free)/m, 'the text of /proc/zoneinfo', `it has no stacks; ${TAKE_DUMP}`],
  [/^nr_free_pages \d+$/m, 'the text of /proc/vmstat', `it has counts only; ${TAKE_DUMP}`],
  [/^[\da-f]{8,16}-[\da-f]{8,16} : /m, 'the text of /proc/iomem', `it has addresses only; ${TAKE_DUMP}`],
  [
    /^[\da-f]{8,16}-[\da-f]{8,16} [r-][w-][x-][ps] /m,
    'the map of a process (smaps)',
    `it tells what one process maps; ${TAKE_DUMP}`,
  ],
  [
    /^0x[\da-f]{8,16}-0x[\da-f]{8,16} +\d+ /m,
    'the text of /proc/vmallocinfo',
    `it tells vmalloc areas only; ${TAKE_DUMP}`,
  ],
  [
    /^\s*[{[]\s*["{[\]}]/,
    'JSON',
    `what pageowner writes as JSON it does not read; export it to Parquet, or ${TAKE_DUMP}`,
  ],
  [
    /^\0{512}/,
    'a file of zeros',
    `it holds nothing (a disk that was full, or a crash while it was written); ${TAKE_DUMP}`,
  ],
  [/[\0\x01-\x08\x0e-\x1a]/, 'no text (it has control characters)', TAKE_DUMP],
];

/** What an input is that begins so, if it is known. `start`: one character for each byte. */
export function nameOfText(start: string): NamedText | undefined {
  const [, name, advice] = KNOWN.find(([begins]) => begins.test(start)) ?? [];
  return name !== undefined && advice !== undefined ? { name, advice } : undefined;
}
