import { firstPfnLine, NOWHERE, placeBytes } from '../format/pfn-line.js';
import { NO_NANOS, nanosOf } from '../format/timestamp.js';
import type { AggregatePartial } from '../merge/aggregate/aggregate-partial.js';
import { Aggregator, LISTED_WORDS } from '../merge/aggregate/aggregator.js';
import { joinPartials } from '../merge/aggregate/join-partials.js';
import { bucketOf } from '../merge/aggregate/time-buckets.js';
import { Dictionary } from '../merge/dictionary.js';
import { isDamaged, isDamagedMask } from './damage.js';
import type { IrregularBlock } from './irregular-block.js';
import type { AggregatePlan } from './task.js';
import { isReleased, TypeScriptReader } from './typescript-reader.js';

/** Aggregates blocks. */
export class TypeScriptAggregator extends TypeScriptReader<AggregatePartial, AggregatePartial> {
  private readonly plan: AggregatePlan;
  private readonly aggregator: Aggregator = new Aggregator();
  private readonly places: Dictionary = new Dictionary();
  /** A run of one block. */
  private readonly run: ArrayBuffer = new ArrayBuffer(LISTED_WORDS * Uint32Array.BYTES_PER_ELEMENT);
  private readonly absorbed: AggregatePartial[] = [];
  protected readonly wantsAllocator = false;

  constructor(plan: AggregatePlan) {
    super({ withoutTs: true, withoutFreeTs: true });
    this.plan = plan;
  }

  renew(): TypeScriptAggregator {
    return new TypeScriptAggregator(this.plan);
  }

  override get bytesHeld(): number {
    return super.bytesHeld + this.aggregator.bytesHeld;
  }

  absorb(found: AggregatePartial): void {
    this.absorbed.push(found);
  }

  finish(): AggregatePartial {
    return {
      ...this.aggregator.columns(),
      masks: this.masks.strings.copy(),
      tasks: this.tasks.strings.copy(),
      stacks: this.stacks.strings.copy(),
      tails: this.tails.strings.copy(),
      places: this.places.copy(),
      counts: this.counts,
    };
  }

  table(): AggregatePartial {
    return joinPartials([this.finish(), ...this.absorbed]);
  }

  protected override refuses(block: IrregularBlock): boolean {
    return isDamaged(block);
  }

  protected override refusesMask(mask: number): boolean {
    return isDamagedMask(this.masks, mask);
  }

  protected addRow(pfnLines: readonly Uint8Array[]): boolean {
    const { row, ts, freeTs } = this;
    if (this.plan.withoutReleased && isReleased(ts, freeTs)) return false;
    const line = firstPfnLine(pfnLines);
    const { buffer, byteOffset, length } = placeBytes(line?.place ?? NOWHERE);
    const place = this.places.intern(new DataView(buffer, byteOffset, length), 0, length);
    const time = nanosOf(ts);
    const born = time > this.plan.since && time !== NO_NANOS ? 1 : 0;
    const bucket = bucketOf(Number(time));
    new Uint32Array(this.run).set([row.mask, row.task, row.stack, row.tail, place, 1, bucket, born]);
    new BigUint64Array(this.run).set([time, time], 4);
    new Float64Array(this.run).set([line?.pfn ?? 0, line?.pageblock ?? -1], 6);
    this.aggregator.addListed(this.run, 0, 1);
    return true;
  }
}
