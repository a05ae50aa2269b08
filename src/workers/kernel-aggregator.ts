import { firstPfnLine, NOWHERE, placeBytes } from '../format/pfn-line.js';
import { type AggregatePartial, ROW_STRINGS, type RowStrings } from '../merge/aggregate/aggregate-partial.js';
import { Aggregator } from '../merge/aggregate/aggregator.js';
import { joinPartials } from '../merge/aggregate/join-partials.js';
import { isDamaged, isDamagedMask } from './damage.js';
import type { IrregularBlock } from './irregular-block.js';
import { type Kernel, Kind } from './kernel-instance.js';
import { stringsOf } from './kernel-partial.js';
import { KernelReader } from './kernel-reader.js';
import type { AggregatePlan } from './task.js';

/** Aggregates the blocks that the kernel lists. */
export class KernelAggregator extends KernelReader<AggregatePartial, AggregatePartial> {
  private readonly plan: AggregatePlan;
  private readonly aggregator: Aggregator = new Aggregator();
  private readonly absorbed: AggregatePartial[] = [];

  constructor(plan: AggregatePlan, kernel?: Kernel) {
    super({ withoutTs: true, withoutFreeTs: true }, kernel);
    this.plan = plan;
    this.kernel.configureList(plan.since, plan.withoutReleased, plan.withoutTasks === true);
    this.start();
  }

  renew(): KernelAggregator {
    return new KernelAggregator(this.plan, this.kernel);
  }

  override get bytesHeld(): number {
    return super.bytesHeld + this.aggregator.bytesHeld;
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

  protected override refuses(block: IrregularBlock): boolean {
    return isDamaged(block);
  }

  protected override refusesMask(mask: number): boolean {
    return isDamagedMask(this.masks, mask);
  }

  protected override takeListed(): void {
    const { kernel, aggregator } = this;
    aggregator.addListed(kernel.memory.buffer as ArrayBuffer, kernel.getList(), kernel.takeList());
  }

  protected override place(pfnLines: readonly Uint8Array[]): void {
    this.takeListed();
    const line = firstPfnLine(pfnLines);
    const place = this.intern(Kind.PLACE, placeBytes(line?.place ?? NOWHERE));
    this.kernel.setPlace(place, line?.pfn ?? 0, line?.pageblock ?? -1);
  }
}
