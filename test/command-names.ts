/** Names of commands: usual ones, and such as a parser could take for another part of a block. One character a byte. */

export const PLAIN_NAMES: readonly string[] = ['swapper/0', 'kworker/0:1', 'pipe filler'];

/** TASK_COMM_LEN would cut some; longer ones are there for the parser. */
export const HOSTILE_NAMES: readonly string[] = [
  '',
  ' ',
  ')',
  '((sd-pam))',
  '), ts',
  '), ts ',
  '), ts 1 ns',
  '), ts 1 ns, ',
  'ts 3 ns',
  'free_ts 5 ns',
  'free_ts 5 ns), t',
  'a,b',
  'a, pid 9, b',
  'a [x]',
  'a\n b+0x1/0x2 [named]',
  'order 5, ',
  'tgid 9 (x',
  'tgid 9 (x), ts',
  'a\nb',
  'a\n\nb',
  '\nPFN 0x1',
  '\nPFN CMA slab\n',
  '\n), ts 4 ns',
  'a\rb',
  'a\r',
  'a\r\nb',
  'a\0b',
  '\0',
  '\xff\xfe\x80',
  '\xc3\xa9t\xc3\xa9',
  '\xe2\x82',
  'PFN',
  'Page allocated ',
];

/** Names as they can be typed after --name: text, and without what splits the list. */
export const TYPED_NAMES: readonly string[] = [
  ...PLAIN_NAMES,
  ...HOSTILE_NAMES.map((name) => Buffer.from(name, 'latin1').toString()).filter((name) => !/[,\ufffd\0]/.test(name)),
];
