import { build, initWebAssembly } from 'hdr-histogram-js';
import type { ChunkLatency } from './summary.js';

/** Histograms count whole numbers: microseconds. */
const PER_MILLISECOND = 1000;

/** Percentiles of what the chunks took in all threads, to three digits. */
export async function chunkLatency(milliseconds: Float64Array): Promise<ChunkLatency> {
  await initWebAssembly();
  const histogram = build({ useWebAssembly: true, numberOfSignificantValueDigits: 3 });
  for (const value of milliseconds) histogram.recordValue(Math.round(value * PER_MILLISECOND));
  // A percentile is the upper end of a range of values that the histogram does not tell apart.
  const percentile = (p: number): number =>
    Math.min(histogram.getValueAtPercentile(p), histogram.maxValue) / PER_MILLISECOND;
  const latency = {
    p50: percentile(50),
    p90: percentile(90),
    p99: percentile(99),
    p999: percentile(99.9),
    max: histogram.maxValue / PER_MILLISECOND,
  };
  histogram.destroy();
  return latency;
}
