import { build, type Histogram, initWebAssembly } from 'hdr-histogram-js';

/** Histograms count whole numbers: microseconds. */
const PER_MILLISECOND = 1000;

/** In milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Times, kept to three digits. */
export class Times {
  private readonly histogram: Histogram;

  private constructor(histogram: Histogram) {
    this.histogram = histogram;
  }

  static async create(): Promise<Times> {
    await initWebAssembly();
    return new Times(build({ useWebAssembly: true, numberOfSignificantValueDigits: 3 }));
  }

  add(milliseconds: number): void {
    this.histogram.recordValue(Math.round(milliseconds * PER_MILLISECOND));
  }

  /** The histogram is of no use afterwards. */
  end(): Percentiles {
    const { histogram } = this;
    // A percentile is the upper end of a range of values that the histogram does not tell apart.
    const percentile = (p: number): number =>
      Math.min(histogram.getValueAtPercentile(p), histogram.maxValue) / PER_MILLISECOND;
    const percentiles = {
      p50: percentile(50),
      p90: percentile(90),
      p99: percentile(99),
      p999: percentile(99.9),
      max: histogram.maxValue / PER_MILLISECOND,
    };
    histogram.destroy();
    return percentiles;
  }
}
