import type { Aggregate } from '../../../merge/aggregate/aggregate.js';
import { diffOf } from '../../../merge/insight/diff.js';
import { knowsPlaces, mixedOf } from '../../../merge/insight/frag.js';
import { Frames, INSIGHT_KEYS, type InsightKey } from '../../../merge/insight/insight-keys.js';
import { groupRows } from '../../../merge/insight/row-groups.js';
import { newestOf, pagesOfRows, type Snapshot } from '../../../merge/insight/snapshot.js';
import { type DumpCounts, type DumpDiff, type DumpRecord, grownPages, type Suspect } from './dump-record.js';

/** So many stacks and suspects a record names. */
const NAMED = 20;

const BY_KIND = keyNamed('kind');
const BY_STACK = keyNamed('stack');

function keyNamed(name: string): InsightKey {
  const key = INSIGHT_KEYS.find((known) => known.name === name);
  if (!key) throw new Error(`internal error: no key ${name}`);
  return key;
}

/** What a record says of the memory of a dump. */
export function factsOf(aggregate: Aggregate): Pick<DumpRecord, 'counts' | 'kinds' | 'top' | 'mixed'> {
  const { rows } = aggregate;
  const frames = new Frames({ ignoreOffsets: false });
  const kinds = groupRows(rows, [BY_KIND], frames).map(({ values, pages }) => [String(values[0]), pages]);
  const top = groupRows(rows, [BY_STACK], frames).slice(0, NAMED);
  return {
    counts: countsOf(aggregate),
    kinds: Object.fromEntries(kinds),
    top: top.map(({ values, pages }) => ({ stack: values[0] as readonly string[], pages })),
    mixed: knowsPlaces(aggregate) ? mixedOf(aggregate) : null,
  };
}

function countsOf({ facts, rows }: Aggregate): DumpCounts {
  const { bytes, malformed, malformedAt = null, foreign, passedOver = 0 } = facts;
  const pages = pagesOfRows(rows);
  const blocks = facts.knowsBlocks ? facts.blocks : null;
  return { bytes, blocks, pages, malformed, malformed_at: malformedAt, foreign, passed_over: passedOver };
}

/** What became of a dump since the one before. `bootIds`: where both were told. */
export function diffFacts(
  before: Snapshot,
  after: Snapshot,
  sha256: string,
  bootIds: readonly [unknown, unknown],
): DumpDiff {
  const nothing = {
    previous_sha256: sha256,
    leaking_stacks: 0,
    suspects: [],
    leaked_pages: 0,
    most_leaked_pages: 0,
  };
  if (isRebooted(before, after, bootIds)) return { ...nothing, rebooted: true };
  const { rows } = diffOf([before, after], { by: [BY_STACK], selection: {}, ignoreOffsets: false });
  const suspects = rows
    .filter(({ verdict }) => verdict === 'leak')
    .map(({ key, pages, pages_per_hour }): Suspect => {
      return { stack: key.stack as readonly string[], pages: pages as [number, number], pages_per_hour };
    });
  const [worst] = [...suspects].sort((a, b) => grownPages(b) - grownPages(a));
  const named = suspects.slice(0, NAMED);
  if (worst && !named.includes(worst)) named.splice(-1, 1, worst);
  return {
    previous_sha256: sha256,
    rebooted: false,
    leaking_stacks: suspects.length,
    suspects: named,
    leaked_pages: suspects.reduce((sum, suspect) => sum + grownPages(suspect), 0),
    most_leaked_pages: worst ? grownPages(worst) : 0,
  };
}

function isRebooted(before: Snapshot, after: Snapshot, [idBefore, idAfter]: readonly [unknown, unknown]): boolean {
  if (typeof idBefore === 'string' && typeof idAfter === 'string') return idBefore !== idAfter;
  const [then, now] = [before, after].map(({ aggregate }) => newestOf(aggregate));
  return then !== null && then !== undefined && now !== null && now !== undefined && now < then;
}
