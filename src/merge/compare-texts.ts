import { Shape } from '../format/header.js';
import { timestampText } from '../format/timestamp.js';
import { compareStacks } from './compare-stacks.js';
import { compareWritten } from './compare-written.js';
import { Dictionary } from './dictionary.js';
import { at, type Compare, type Table } from './table.js';
import { appendString, appendText, TextBuffer } from './text-writer.js';

/**
 * Bytewise order of the groups' texts, mostly without making them. A text is a mask, a task with what follows it up to the first number that varies,
 * numbers, and a stack; masks and tasks are few and are ranked once.
 */
export function compareTexts(table: Table): Compare {
  const byBytes = compareWritten(table, appendText);
  const leads = rankLeads(table);
  if (!leads) return byBytes;
  const { columns, masks, rule } = table;
  const maskRanks = masks.strings.ranks();
  const stacks = compareStacks(table);
  return (a, b) => {
    const [maskA, maskB] = [at(columns.mask, a), at(columns.mask, b)];
    if (!masks.isPlain[maskA] || !masks.isPlain[maskB]) return byBytes(a, b);
    const byMask = at(maskRanks, maskA) - at(maskRanks, maskB);
    if (byMask !== 0) return byMask;
    const byLead = leads(a) - leads(b);
    if (byLead !== 0) return byLead;
    const shape = at(columns.shape, a);
    if (shape !== Shape.WHOLE && !rule.withoutTs) {
      const byTs = compareDigits(columns.tsSeconds, columns.tsNanos, a, b);
      if (byTs !== 0) return byTs;
    }
    // " ns" ends in LF, which sorts before the comma of " ns, free_ts".
    const byShape = shape - at(columns.shape, b);
    if (byShape !== 0) return byShape;
    if (shape === Shape.TS_FREE_TS && !rule.withoutFreeTs) {
      const byFreeTs = compareDigits(columns.freeSeconds, columns.freeNanos, a, b);
      if (byFreeTs !== 0) return byFreeTs;
    }
    return stacks(a, b);
  };
}

const SHAPES = 3;

/**
 * The rank of what follows the mask of each group that has a plain one; undefined if one is the beginning of another (a hostile name can do that),
 * because then they alone do not decide.
 */
function rankLeads({ size, columns, masks, tasks, rule }: Table): ((group: number) => number) | undefined {
  const leads = new Dictionary();
  const leadOf = new Int32Array(tasks.strings.size * SHAPES).fill(-1);
  const text = new TextBuffer();
  for (let group = 0; group < size; group++) {
    const task = at(columns.task, group);
    const shape = at(columns.shape, group);
    const place = task * SHAPES + shape;
    if (leadOf[place] !== -1 || !masks.isPlain[at(columns.mask, group)]) continue;
    text.clear();
    appendString(text, tasks.strings, task);
    if (shape === Shape.WHOLE) text.ascii('\n');
    else if (rule.withoutTs)
      text.ascii(shape === Shape.TS ? ' ns\n' : ` ns, free_ts ${rule.withoutFreeTs ? ' ns\n' : ''}`);
    const bytes = text.contents();
    leadOf[place] = leads.intern(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
  }
  const ranks = leads.ranks();
  if (leads.someBeginAnother(ranks)) return undefined;
  return (group) => at(ranks, leadOf[at(columns.task, group) * SHAPES + at(columns.shape, group)] as number);
}

function compareDigits(seconds: Float64Array, nanos: Uint32Array, a: number, b: number): number {
  if (at(seconds, a) === at(seconds, b) && at(nanos, a) === at(nanos, b)) return 0;
  return timestampText(at(seconds, a), at(nanos, a)) < timestampText(at(seconds, b), at(nanos, b)) ? -1 : 1;
}
