import type { Random } from './random.js';

/** Blocks of a dump, one character a byte, made into what people and damage make of them. */
type Mutation = (text: string, random: Random) => string;

const NAMES = [
  'a\nb',
  'a\n\nb',
  '), ts 1 ns',
  '',
  'x), ts 5 ns, free_ts 6 ns',
  '\xff\xfe',
  '(sd-pam)',
  ' ',
  '\nPFN 0x1',
  '5 times:',
];
const NUMBERS = [
  '9007199254740992',
  '18446744073709551616',
  `1${'0'.repeat(30)}`,
  '64',
  '63',
  '21',
  '99999',
  '-1',
  '',
  '0x10',
];
const TAILS = [
  'Slab cache page\n',
  'Charged (via objcg) to offline memcg x\n',
  'handle: 42\n',
  'PID 7\n',
  'order 3, pid 9,\n',
];
const PREFIXES = ['[   12.345678] ', '[   12.345678][T10694] ', '<6>[    1.0] ', 'Nov 26 20:17:44 host kernel: ', '> '];
const FOREIGN = [
  ' f+0x1/0x2\nnr_base_pages: 7\n\n',
  '12 times, 96 pages, PID 78:\n f+0x1/0x2\n\n',
  '131072 32 mm/slub.c:2452 func:alloc_slab_page\n',
  '<html>\n',
  '[   12.345678] usb 1-1: new device\n',
  'page last allocated via order 0, migratetype Movable, gfp_mask 0x0(), pid 1, ts 5\n',
];

/** In a place that is picked. */
function at(text: string, random: Random, change: (before: string, behind: string) => string): string {
  const place = random.below(text.length + 1);
  return change(text.slice(0, place), text.slice(place));
}

/** Some lines are changed; undefined leaves one out. */
function lines(text: string, random: Random, change: (line: string) => string | undefined): string {
  const all = text.split('\n');
  const place = random.below(all.length);
  const changed = change(all[place] as string);
  all.splice(place, 1, ...(changed === undefined ? [] : [changed]));
  return all.join('\n');
}

const byte = (random: Random): string => String.fromCharCode(random.below(256));

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  flip: (text, random) => at(text, random, (before, behind) => before + byte(random) + behind.slice(1)),
  cut: (text, random) => at(text, random, (before, behind) => before + behind.slice(1 + random.below(20))),
  insert: (text, random) =>
    at(text, random, (before, behind) => before + byte(random).repeat(1 + random.below(5)) + behind),
  nul: (text, random) => at(text, random, (before, behind) => `${before}\0${behind}`),
  lineGone: (text, random) => lines(text, random, () => undefined),
  lineTwice: (text, random) => lines(text, random, (line) => `${line}\n${line}`),
  emptyLine: (text, random) => lines(text, random, (line) => `\n${line}`),
  crlf: (text, random) => at(text, random, (before, behind) => before + behind.replaceAll('\n', '\r\n')),
  name: (text, random) =>
    lines(text, random, (line) => line.replace(/\([^()]*\), ts/, () => `(${random.pick(NAMES)}), ts`)),
  number: (text, random) =>
    lines(text, random, (line) =>
      line.replace(/(?<=order |pid |ts |PFN 0x|Block |0x)[\da-f]+/, () => random.pick(NUMBERS)),
    ),
  tail: (text, random) => lines(text, random, (line) => `${line}\n${random.pick(TAILS).trimEnd()}`),
  foreign: (text, random) => lines(text, random, (line) => `${line}\n${random.pick(FOREIGN)}`),
};

/** What is done to the whole of it. */
export const WHOLE: Readonly<Record<string, Mutation>> = {
  nothing: (text) => text,
  cutInFront: (text, random) => text.slice(random.below(1000)),
  cutBehind: (text, random) => text.slice(0, Math.max(1, text.length - random.below(1000))),
  prefixed: (text, random) => {
    const prefix = random.pick(PREFIXES);
    return text.replace(/^.*\n/gm, (line) => prefix + line);
  },
  dense: (text) => text.replaceAll('\n\n', '\n'),
};

/** Mutates blocks: most a little, the whole now and then. */
export function mutate(blocks: readonly string[], random: Random): string {
  const names = Object.keys(MUTATIONS);
  const mutated = blocks.map((block) => {
    let text = block;
    for (let times = random.below(3); times > 0; times--)
      text = (MUTATIONS[random.pick(names)] as Mutation)(text, random);
    return text;
  });
  const whole = random.below(3) === 0 ? random.pick(Object.keys(WHOLE)) : 'nothing';
  return (WHOLE[whole] as Mutation)(mutated.join(''), random);
}
