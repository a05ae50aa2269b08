import type { Facts } from '../aggregate/aggregate.js';

/** A line for each thing that is wrong with the blocks of a dump. */
export function damageOf(facts: Pick<Facts, 'malformed' | 'malformedAt' | 'foreign' | 'passedOver'>): string[] {
  const { malformed, malformedAt = null, foreign, passedOver = 0 } = facts;
  const where = malformedAt === null ? '' : `, ${malformed > 1 ? 'the first ' : ''}at byte ${malformedAt}`;
  const what = malformed > 1 ? `${malformed} blocks are` : 'a block is';
  const others = foreign > 0 ? ` (${foreign} ${foreign > 1 ? 'are' : 'is'} no page_owner text)` : '';
  return [
    ...(malformed > 0 ? [`${what} damaged or cut off and left out${where}${others}`] : []),
    ...(passedOver > 0 ? [`${passedOver} lines of the log are of other messages and were passed over`] : []),
  ];
}
