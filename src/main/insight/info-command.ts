import { likelyKernel } from '../../format/kernel-age.js';
import type { Aggregate } from '../../merge/aggregate/aggregate.js';
import { joinAggregates } from '../../merge/aggregate/join.js';
import { damageOf } from '../../merge/insight/damage-lines.js';
import { commandsFor, contentInfo, type InputInfo } from '../../merge/insight/info.js';
import { infoTable } from '../../merge/insight/info-table.js';
import type { Snapshot } from '../../merge/insight/snapshot.js';
import { PageownerError } from '../base/errors.js';
import { giveUp, type Input, inputName, openInput } from '../io/input.js';
import { type Loaded, type LoadOptions, loadRecognised } from '../reading/load-snapshot.js';
import { type Recognised, recognise } from '../reading/recognise.js';
import { destinationOf, formatOf, loadOptions, type Values } from './insight-options.js';
import { damageOfSites } from './read-snapshots.js';
import { writeReport } from './write-report.js';

const EXIT_INPUT = 2;

/** Of a plain dump that is larger only parts are read: a gigabyte takes half a second. */
const MOST_BYTES = 2 ** 30;
/** Beginning, middle and end, each so large: memory is not used alike everywhere. */
const PART_BYTES = 2 ** 26;

const NOTHING: Omit<InputInfo, 'path' | 'form' | 'is'> = {
  kernel: null,
  packed: null,
  stored_bytes: null,
  bytes: null,
  blocks: null,
  pages: null,
  is_estimate: false,
  oldest_ns: null,
  newest_ns: null,
  nodes: [],
  zones: [],
  modules: [],
  damage: [],
  commands: [],
};

/** `pageowner info`. What is of no form that is known is told like the others; the exit code is 2 then. */
export async function run(paths: string[], values: Values): Promise<void> {
  const options = await loadOptions(values);
  const rows: InputInfo[] = [];
  for (const path of paths) rows.push(await infoOf(path, options));
  const document = { schema: 'pageowner.info/1', inputs: rows };
  const report = { document, rows, tables: () => rows.map(infoTable) };
  await writeReport(report, formatOf(values), destinationOf(paths, values));
  if (rows.some(({ form }) => form === null)) process.exitCode = EXIT_INPUT;
}

async function infoOf(path: string, options: LoadOptions): Promise<InputInfo> {
  try {
    return await readInfo(path, options);
  } catch (error) {
    if (!(error instanceof PageownerError) || error.code !== 'input') throw error;
    return { ...NOTHING, path: inputName(path), form: null, is: error.message };
  }
}

async function readInfo(path: string, options: LoadOptions): Promise<InputInfo> {
  const opened = await openInput(path);
  try {
    const recognised = await recognise(opened);
    const { form, start } = recognised;
    const { loaded, scale } = await load(recognised, options);
    opened.close();
    const known = {
      ...NOTHING,
      path: inputName(path),
      form: form.id,
      is: form.title,
      kernel: likelyKernel(start),
      packed: opened.packed,
      stored_bytes: storedBytes(opened),
    };
    if ('sites' in loaded) return { ...known, damage: damageOfSites(loaded.sites), commands: ['top', 'diff'] };
    const { aggregate } = loaded;
    const commands = commandsFor(aggregate);
    return {
      ...known,
      ...contentInfo(aggregate, scale),
      damage: damageOf(aggregate.facts),
      commands: [...commands, ...sorts(recognised, aggregate)],
    };
  } catch (error) {
    giveUp(opened);
    throw error;
  }
}

/** null: it is not known. */
function storedBytes(input: Input): number | null {
  if ('remote' in input && input.remote) return input.remote.facts.size;
  return input.stats?.isFile() ? input.stats.size : null;
}

/** Commands that take only blocks as they stand, or in a log. */
function sorts({ form }: Recognised, { rows }: Aggregate): string[] {
  if (form.reading.kind === 'blocks') return ['sort', 'map'];
  return form.reading.kind === 'log' && rows.every(({ report }) => report === null) ? ['sort'] : [];
}

/** All of an input, or parts of a large one; `scale`: how much more there is. */
async function load(recognised: Recognised, options: LoadOptions): Promise<{ loaded: Loaded; scale: number }> {
  const { input, form } = recognised;
  if (!('fd' in input) || form.reading.kind !== 'blocks' || input.size <= MOST_BYTES)
    return { loaded: await loadRecognised(recognised, options), scale: 1 };
  const count = Math.ceil(input.size / PART_BYTES);
  const parts: Snapshot[] = [];
  for (const number of [1, Math.ceil(count / 2), count])
    parts.push((await loadRecognised(recognised, { ...options, part: { number, count } })) as Snapshot);
  const aggregate = joinAggregates(parts.map((part) => part.aggregate));
  return { loaded: { path: input.name, aggregate }, scale: input.size / aggregate.facts.bytes };
}
