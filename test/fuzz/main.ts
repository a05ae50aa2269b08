import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { realBlocks } from './corpus.js';
import { LAWS, type Law } from './laws.js';
import { mutate } from './mutate.js';
import { Random } from './random.js';

/** Mutates real blocks and asks whether the laws hold: `npm run fuzz -- --help`. */
const BLOCKS_IN_A_RUN = 200;

const options = new Command('fuzz')
  .option('--minutes <N>', 'ends after so many minutes')
  .option('--seconds <N>', 'ends after so many seconds')
  .option('--blocks <N>', 'ends after so many blocks')
  .option('--seed <S>', 'a number: the same seed gives the same inputs', String(Math.floor(Math.random() * 2 ** 32)))
  .option('--keep <FOLDER>', 'where inputs that break a law go', tmpdir())
  .parse()
  .opts<Record<string, string>>();

const seed = Number(options.seed);
const until = Date.now() + 60_000 * Number(options.minutes ?? 0) + 1000 * Number(options.seconds ?? 0);
const most = Number(options.blocks ?? (until > Date.now() ? Infinity : 0));
const endsAt = options.minutes === undefined && options.seconds === undefined ? Infinity : until;

/** Leaves out blocks as long as the law is still broken. */
async function smallest(
  blocks: readonly string[],
  inputOf: (blocks: readonly string[]) => Buffer,
  law: Law,
  folder: string,
): Promise<Buffer> {
  let left = blocks;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let at = 0; at < left.length; ) {
      const fewer = [...left.slice(0, at), ...left.slice(at + size)];
      if (await isBroken(inputOf(fewer), law, folder)) left = fewer;
      else at += size;
    }
  return inputOf(left);
}

async function isBroken(input: Buffer, law: Law, folder: string): Promise<string | undefined> {
  try {
    await law.check(input, folder);
    return undefined;
  } catch (error) {
    return String((error as Error).message).slice(0, 600);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'pageowner-fuzz-'));
const corpus = realBlocks();
const finds = new Map<string, string>();
let blocks = 0;
let runs = 0;
console.log(`fuzz: seed ${seed}`);
for (; blocks < most && Date.now() < endsAt && finds.size < 10; runs++) {
  const random = new Random(seed + runs);
  const chosen = Array.from({ length: BLOCKS_IN_A_RUN }, () => random.pick(corpus));
  const mutated = mutate(chosen, random);
  // What is damaged is told apart at empty lines, so that a find can be made smaller.
  const pieces = mutated.split(/(?<=\n\n)/);
  const inputOf = (some: readonly string[]): Buffer => Buffer.from(some.join(''), 'latin1');
  for (const [name, law] of Object.entries(LAWS)) {
    if (runs % law.every !== 0) continue;
    const broken = await isBroken(inputOf(pieces), law, folder);
    if (broken === undefined || finds.has(`${name} ${broken.slice(0, 40)}`)) continue;
    const path = join(options.keep as string, `pageowner-find-${seed}-${runs}-${name}`);
    writeFileSync(path, await smallest(pieces, inputOf, law, folder));
    finds.set(`${name} ${broken.slice(0, 40)}`, path);
    console.log(`fuzz: law "${name}" is broken by ${path} (seed ${seed + runs}, --blocks 1): ${broken}`);
  }
  blocks += BLOCKS_IN_A_RUN;
  if (runs % 500 === 499) console.log(`fuzz: ${blocks} blocks in ${runs + 1} runs, ${finds.size} finds`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`fuzz: ${blocks} blocks in ${runs} runs, ${finds.size} finds`);
if (finds.size > 0) process.exitCode = 1;
