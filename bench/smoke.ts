/**
 * Question: do all ways give the same answer? No times are looked at; this is what CI runs.
 *
 * One line a check. It needs no network and no root: the C tool takes part where it is there already.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DIALECTS, SYNTHETIC_DUMP, syntheticDump } from '../src/format/synthetic-dump.js';
import { type DumpFile, generateDump } from '../src/main/bench/generate-dump.js';
import { temporaryFolder } from '../src/main/bench/temporary-folder.js';
import { assertSameBytes } from './answers.js';
import { assertSameReports, writeDumps } from './batch.js';
import { findCTool } from './c-tool.js';
import { otherContenders, ours } from './contenders.js';
import { material } from './micro/material.js';
import { measurePart, parts } from './micro.js';
import { reports } from './reports.js';
import { runProcess } from './run-process.js';
import { assertSameAnswers } from './same-answers.js';
import { scanCommand } from './scan-command.js';

const DUMP_BYTES = 3e6;
const BATCH_DUMPS = 6;
const MATERIAL_BYTES = 2 * 2 ** 20;
/** Small enough for this dump to go to the workers. */
const POOL = ['--threads=2', '--chunk-size=32K'];
const TINY_TIMES = { maxTime: 0.02, minTime: 0.001, minSamples: 2 };

/** Returns whether all checks held. */
export async function smoke(cTool: string | undefined): Promise<boolean> {
  let allSame = true;
  const check = async (name: string, run: () => Promise<void> | void): Promise<void> => {
    try {
      await run();
      process.stdout.write(`same       ${name}\n`);
    } catch (error) {
      allSame = false;
      process.stdout.write(`DIFFERENT  ${name}: ${(error as Error).message.split('\n')[0]}\n`);
    }
  };
  const folder = temporaryFolder();
  const tool = findCTool(cTool, false);
  await check('generator: the same bytes again', generatesTheSame);
  await check('reports: the pages of page_owner_sort', async () => {
    await reports({ synthetic: { ...SYNTHETIC_DUMP, bytes: DUMP_BYTES }, args: [], rounds: 1 });
  });
  await check('batch: the reports of single runs', async () => {
    const dumps = join(folder, 'dumps');
    writeDumps(dumps, BATCH_DUMPS);
    await assertSameReports(dumps, folder);
  });
  for (const dialect of DIALECTS) {
    const dump = await generateDump(folder, { ...SYNTHETIC_DUMP, bytes: DUMP_BYTES, dialect });
    for (const args of [['--cull=st'], []]) {
      const { present, skipped } = otherContenders(args, tool);
      for (const line of skipped) if (args.length > 0) process.stdout.write(`${line}\n`);
      const main = ours('main thread', [...args, '--threads=1']);
      for (const contender of [...present, ours('pool', [...args, ...POOL])]) {
        if (contender.answer === 'none') continue;
        const name = `${dialect} ${args.join(' ') || 'by text'}: main thread and ${contender.name}`;
        await check(name, () => assertSameAnswers([contender, main], dump.path, folder));
      }
    }
    await check(`${dialect}: scan alone, main thread and pool`, () => scansTheSame(dump, folder));
  }
  for (const part of parts(material(MATERIAL_BYTES))) {
    await check(`part: ${part.name}`, () => {
      part.check();
      assert.ok(measurePart(part, TINY_TIMES).perSecond > 0);
    });
  }
  return allSame;
}

function generatesTheSame(): void {
  const options = { ...SYNTHETIC_DUMP, bytes: MATERIAL_BYTES };
  const [first, second] = [Buffer.concat([...syntheticDump(options)]), Buffer.concat([...syntheticDump(options)])];
  assert.ok(first.equals(second));
}

async function scansTheSame({ path }: DumpFile, folder: string): Promise<void> {
  const [main, pool] = [join(folder, 'scan-main'), join(folder, 'scan-pool')];
  await runProcess(scanCommand(path, 1, DUMP_BYTES, main));
  await runProcess(scanCommand(path, 2, DUMP_BYTES / 50, pool));
  assertSameBytes(main, pool, 'scan');
}
