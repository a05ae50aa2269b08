import { Shape } from '../format/header.js';
import { timestampText } from '../format/timestamp.js';
import { Dictionary } from './dictionary.js';
import { at, type Compare, type Table } from './table.js';
import { appendText, TextBuffer } from './text-writer.js';

/**
 * Bytewise order of the groups' texts, mostly without making them. A text is a lead (the header up to the first number that
 * varies, or to its end), numbers, and a stack; leads and stacks are few and are ranked once.
 */
export function compareTexts(table: Table): Compare {
  const leads = rankLeads(table);
  if (!leads) return compareWrittenTexts(table);
  const { columns, rule } = table;
  const stackRanks = table.stackRanks();
  return (a, b) => {
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
    return at(stackRanks, at(columns.stack, a)) - at(stackRanks, at(columns.stack, b));
  };
}

const SHAPES = 3;

/**
 * The rank of each group's lead; undefined if one lead is the beginning of another (a hostile name can do that), because then the
 * leads alone do not decide.
 */
function rankLeads({ size, columns, heads, rule }: Table): ((group: number) => number) | undefined {
  const leads = new Dictionary();
  const leadOf = new Int32Array(heads.strings.size * SHAPES).fill(-1);
  const text = new TextBuffer();
  for (let group = 0; group < size; group++) {
    const head = at(columns.head, group);
    const shape = at(columns.shape, group);
    const place = head * SHAPES + shape;
    if (leadOf[place] !== -1) continue;
    text.clear();
    text.append(heads.strings.bytes, heads.strings.start(head), heads.lineEnd(head));
    // A block of PFN lines alone has no text, not even an empty line.
    if (shape === Shape.WHOLE) text.ascii(text.length > 0 ? '\n' : '');
    else if (rule.withoutTs)
      text.ascii(shape === Shape.TS ? ' ns\n' : ` ns, free_ts ${rule.withoutFreeTs ? ' ns\n' : ''}`);
    const bytes = text.contents();
    leadOf[place] = leads.intern(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
  }
  const ranks = leads.ranks();
  if (leads.someBeginAnother(ranks)) return undefined;
  return (group) => at(ranks, leadOf[at(columns.head, group) * SHAPES + at(columns.shape, group)] as number);
}

function compareDigits(seconds: Float64Array, nanos: Uint32Array, a: number, b: number): number {
  if (at(seconds, a) === at(seconds, b) && at(nanos, a) === at(nanos, b)) return 0;
  return timestampText(at(seconds, a), at(nanos, a)) < timestampText(at(seconds, b), at(nanos, b)) ? -1 : 1;
}

/** The slow, sure way: make both texts. */
function compareWrittenTexts(table: Table): Compare {
  const texts = [new TextBuffer(), new TextBuffer()] as const;
  return (a, b) => {
    texts[0].clear();
    texts[1].clear();
    appendText(texts[0], table, a);
    appendText(texts[1], table, b);
    return Buffer.compare(texts[0].contents(), texts[1].contents());
  };
}
