import { FrameTable } from './frame-table.js';
import type { ProfileOptions, Sample } from './sample.js';
import { textPieces } from './text-pieces.js';

export interface SpeedscopeOptions extends ProfileOptions {
  /** What speedscope shows as the profile's title, such as the dump's name. */
  readonly name?: string;
}

/** Written with the profile's totals behind its stacks, so that nothing waits for the last sample but a number for each. */
export function writeSpeedscope(samples: Iterable<Sample>, options: SpeedscopeOptions): Iterable<Uint8Array> {
  return textPieces(document(samples, options));
}

/** One profile of type `sampled`, in bytes (https://www.speedscope.app/file-format-schema.json, described in speedscope's src/lib/file-format-spec.ts). */
function* document(samples: Iterable<Sample>, options: SpeedscopeOptions): Generator<string> {
  const { pageBytes, withOffsets = false, name = 'page_owner' } = options;
  const table = new FrameTable(withOffsets);
  const weights: number[] = [];
  const title = JSON.stringify(name);
  yield `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"pageowner","name":${title},\n`;
  yield `"profiles":[{"type":"sampled","name":${title},"unit":"bytes","startValue":0,"samples":[`;
  yield* elements(samples, ({ frames, pages }) => {
    weights.push(pages * pageBytes);
    return table.numbersOf(frames).reverse();
  });
  yield '],\n"weights":[';
  yield* elements(weights, (weight) => weight);
  yield `],\n"endValue":${weights.reduce((sum, weight) => sum + weight, 0)}}],\n"shared":{"frames":[`;
  yield* elements(table.frames, (frame) => ({ name: frame.name }));
  yield ']}}\n';
}

/** What stands between the brackets of an array. */
function* elements<T>(values: Iterable<T>, toJson: (value: T) => unknown): Generator<string> {
  let separator = '\n';
  for (const value of values) {
    yield separator + JSON.stringify(toJson(value));
    separator = ',\n';
  }
}
