import { firstPfnLine, NOWHERE, placeBytes } from '../format/pfn-line.js';
import { type AggregatePartial, ROW_STRINGS, type RowStrings } from '../merge/aggregate/aggregate-partial.js';
import { Aggregator } from '../merge/aggregate/aggregator.js';
import { joinPartials } from '../merge/aggregate/join-partials.js';
import { type Kernel, Kind } from './kernel-instance.js';
import { stringsOf } from './kernel-partial.js';
import { KernelReader } from './kernel-reader.js';
import type { AggregatePlan } from './task.js';

/** A block in the kernel's list (kernel/listing.ts): as words and as doubles. */
const WORDS = 12;
const DOUBLES = 6;

/** Aggregates the blocks that the kernel lists. */
export class KernelAggregator extends KernelReader<AggregatePartial, AggregatePartial> {
  private readonly plan: AggregatePlan;
  private readonly aggregator: Aggregator;
  private readonly absorbed: AggregatePartial[] = [];

  constructor(plan: AggregatePlan, kernel?: Kernel) {
    super({ withoutTs: true, withoutFreeTs: true }, kernel);
    this.plan = plan;
    this.aggregator = new Aggregator(plan.since);
    this.kernel.configureList(plan.withoutReleased);
    this.start();
  }

  override get bytesHeld(): number {
    return super.bytesHeld + this.aggregator.bytesHeld;
  }

  renew(): KernelAggregator {
    return new KernelAggregator(this.plan, this.kernel);
  }

  absorb(found: AggregatePartial): void {
    this.absorbed.push(found);
  }

  finish(): AggregatePartial {
    this.takeListed();
    const strings = ROW_STRINGS.map((name, kind) => [name, stringsOf(this.kernel, kind)]);
    const { aggregator } = this;
    return {
      ...aggregator.columns(),
      ...(Object.fromEntries(strings) as Pick<AggregatePartial, RowStrings>),
      counts: this.allCounts(),
    };
  }

  table(): AggregatePartial {
    return joinPartials([this.finish(), ...this.absorbed]);
  }

  protected maskKey(): number {
    return 0;
  }

  protected taskKey(): number {
    return 0;
  }

  protected isSelected(): boolean {
    return true;
  }

  protected override takeListed(): void {
    const { kernel, aggregator } = this;
    const count = kernel.takeList();
    const words = new Uint32Array(kernel.memory.buffer, kernel.getList(), count * WORDS);
    const doubles = new Float64Array(kernel.memory.buffer, kernel.getList(), count * DOUBLES);
    for (let word = 0, double = 0; word < words.length; word += WORDS, double += DOUBLES) {
      aggregator.add(
        words[word] as number,
        words[word + 1] as number,
        words[word + 2] as number,
        words[word + 3] as number,
        words[word + 4] as number,
        doubles[double + 3] as number,
        words[word + 5] as number,
        doubles[double + 4] as number,
        doubles[double + 5] as number,
      );
    }
  }

  protected override place(pfnLines: readonly Uint8Array[]): void {
    this.takeListed();
    const line = firstPfnLine(pfnLines);
    const place = this.intern(Kind.PLACE, placeBytes(line?.place ?? NOWHERE));
    this.kernel.setPlace(place, line?.pfn ?? 0, line?.pageblock ?? -1);
  }
}
