/**
 * Question: how fast is each inner part by itself, so that one sees which of them a change made faster?
 *
 * benchmark.js, on a generated dump in memory, after each part's answer was checked against a naive one. How to read it: the rate is of what one call works
 * through; ± is the margin of error of the mean (95 %). Warm code and warm caches: a whole run is slower. Compare rates of one machine only.
 */
import Benchmark from 'benchmark';
import { formatBytes } from '../src/main/command-line/byte-units.js';
import { internPart } from './micro/intern.js';
import { type Material, material } from './micro/material.js';
import { mergePart } from './micro/merge.js';
import type { Part } from './micro/part.js';
import { renderPart } from './micro/render.js';
import { scanParts } from './micro/scan.js';
import { sortPart } from './micro/sort.js';
import type { Report } from './report.js';

const MATERIAL_BYTES = 16 * 2 ** 20;
const MILLION = 1e6;

export function parts(on: Material): Part[] {
  return [...scanParts(on), internPart(on), mergePart(on), sortPart(on), renderPart(on)];
}

export interface MicroResult {
  readonly name: string;
  readonly callsPerSecond: number;
  readonly perSecond: number;
  readonly unit: string;
  readonly marginPercent: number;
}

/** Measures one part. `limits` are benchmark.js's own. */
export function measurePart({ name, amount, unit, run }: Part, limits: Benchmark.Options = {}): MicroResult {
  // benchmark.js cannot take an arrow function without braces.
  const bench = new Benchmark(
    name,
    () => {
      run();
    },
    limits,
  ).run({ async: false });
  if (bench.error) throw bench.error;
  return { name, callsPerSecond: bench.hz, perSecond: bench.hz * amount, unit, marginPercent: bench.stats.rme };
}

export function micro(): Report {
  const all = parts(material(MATERIAL_BYTES));
  for (const part of all) part.check();
  const results = all.map((part) => measurePart(part));
  return {
    title: 'parts',
    rows: [
      ['', 'calls/s', 'rate', '±'],
      ...results.map(({ name, callsPerSecond, perSecond, unit, marginPercent }) => {
        const rate = `${(perSecond / MILLION).toFixed(1)} M ${unit}/s`;
        return [name, callsPerSecond.toFixed(1), rate, `${marginPercent.toFixed(1)} %`];
      }),
    ],
    notes: [`generated dump of ${formatBytes(MATERIAL_BYTES)} in chunks of 1 MiB, --cull=st, equal answers`],
    data: { materialBytes: MATERIAL_BYTES, results },
  };
}
