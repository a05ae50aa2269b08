import { firstPfnLine, NOWHERE, placeBytes } from '../format/pfn-line.js';
import type { AggregatePartial } from '../merge/aggregate/aggregate-partial.js';
import { Aggregator } from '../merge/aggregate/aggregator.js';
import { joinPartials } from '../merge/aggregate/join-partials.js';
import { Dictionary } from '../merge/dictionary.js';
import type { AggregatePlan } from './task.js';
import { isReleased, TypeScriptReader } from './typescript-reader.js';

/** Aggregates blocks. */
export class TypeScriptAggregator extends TypeScriptReader<AggregatePartial, AggregatePartial> {
  private readonly plan: AggregatePlan;
  private readonly aggregator: Aggregator;
  private readonly places: Dictionary = new Dictionary();
  private readonly absorbed: AggregatePartial[] = [];
  protected readonly wantsAllocator = false;

  constructor(plan: AggregatePlan) {
    super({ withoutTs: true, withoutFreeTs: true });
    this.plan = plan;
    this.aggregator = new Aggregator(plan.since);
  }

  override get bytesHeld(): number {
    return super.bytesHeld + this.aggregator.bytesHeld;
  }

  renew(): TypeScriptAggregator {
    return new TypeScriptAggregator(this.plan);
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

  protected addRow(pfnLines: readonly Uint8Array[]): boolean {
    const { row, ts, freeTs } = this;
    if (this.plan.withoutReleased && isReleased(ts, freeTs)) return false;
    const line = firstPfnLine(pfnLines);
    const { buffer, byteOffset, length } = placeBytes(line?.place ?? NOWHERE);
    const place = this.places.intern(new DataView(buffer, byteOffset, length), 0, length);
    const { seconds, nanos } = ts;
    const { mask, task, stack, tail } = row;
    this.aggregator.add(mask, task, stack, tail, place, seconds, nanos, line?.pfn ?? 0, line?.pageblock ?? -1);
    return true;
  }
}
