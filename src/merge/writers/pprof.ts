import { gzipSync } from 'node:zlib';
import { FrameTable } from './frame-table.js';
import { ProtobufWriter } from './protobuf.js';
import type { ProfileOptions, Sample } from './sample.js';

export interface PprofOptions extends ProfileOptions {
  /** When the dump was taken, in ns since 1970. A bigint, since it is beyond 2^53. */
  readonly timeNanos?: bigint;
  /** Shown by pprof above its reports. */
  readonly comment?: string;
}

/** As perf calls it; modules stand in brackets there too. The brackets also tell pprof that there is no file to look for. */
const KERNEL = '[kernel.kallsyms]';

/** Numbers of fields (https://github.com/google/pprof/blob/main/proto/profile.proto). */
const Profile = {
  SAMPLE_TYPE: 1,
  SAMPLE: 2,
  MAPPING: 3,
  LOCATION: 4,
  FUNCTION: 5,
  STRING_TABLE: 6,
  TIME_NANOS: 9,
  COMMENT: 13,
  DEFAULT_SAMPLE_TYPE: 14,
} as const;
const ValueType = { TYPE: 1, UNIT: 2 } as const;
const SampleField = { LOCATION_ID: 1, VALUE: 2 } as const;
const Mapping = { ID: 1, FILENAME: 5, HAS_FUNCTIONS: 7 } as const;
const Location = { ID: 1, MAPPING_ID: 2, LINE: 4 } as const;
const Line = { FUNCTION_ID: 1 } as const;
const FunctionField = { ID: 1, NAME: 2, SYSTEM_NAME: 3 } as const;

const GZIP_SYSTEM = 9;
const UNKNOWN_SYSTEM = 255;

/**
 * Writes a profile that `go tool pprof` opens, as one piece: blocks, pages and bytes of each sample. A frame is a function with one location. It has no
 * address: a dump has none, and readers take equal addresses for equal places. Offsets, if wanted, are part of a function's name: with
 * one name and different system names, pprof would list a function twice.
 */
export function* writePprof(samples: Iterable<Sample>, options: PprofOptions): Generator<Uint8Array> {
  const packed = gzipSync(profile(samples, options));
  // Node leaves the time out already.
  packed[GZIP_SYSTEM] = UNKNOWN_SYSTEM;
  yield packed;
}

function profile(samples: Iterable<Sample>, options: PprofOptions): Uint8Array {
  const { pageBytes, withOffsets = false, timeNanos = 0n, comment } = options;
  const out = new ProtobufWriter();
  const strings = new Numbering(['']);
  const table = new FrameTable(withOffsets);
  appendSampleTypes(out, strings);
  appendSamples(out, samples, table, pageBytes);
  appendFrames(out, table, strings);
  out.integer(Profile.TIME_NANOS, timeNanos);
  if (comment) out.integers(Profile.COMMENT, [strings.numberOf(comment)]);
  for (const text of strings.texts()) out.text(Profile.STRING_TABLE, text);
  return out.contents();
}

function appendSampleTypes(out: ProtobufWriter, strings: Numbering): void {
  const message = new ProtobufWriter();
  for (const [type, unit] of [
    ['blocks', 'count'],
    ['pages', 'count'],
    ['space', 'bytes'],
  ] as const) {
    message.clear();
    message.integer(ValueType.TYPE, strings.numberOf(type));
    message.integer(ValueType.UNIT, strings.numberOf(unit));
    out.message(Profile.SAMPLE_TYPE, message);
  }
  out.integer(Profile.DEFAULT_SAMPLE_TYPE, strings.numberOf('space'));
}

function appendSamples(out: ProtobufWriter, samples: Iterable<Sample>, table: FrameTable, pageBytes: number): void {
  const message = new ProtobufWriter();
  for (const { frames, blocks, pages } of samples) {
    message.clear();
    message.integers(SampleField.LOCATION_ID, table.numbersOf(frames).map(idOf));
    message.integers(SampleField.VALUE, [blocks, pages, pages * pageBytes]);
    out.message(Profile.SAMPLE, message);
  }
}

/** Appends functions, locations and mappings. The kernel's mapping is the first whether or not it is used: pprof names it as what was measured. */
function appendFrames(out: ProtobufWriter, { frames }: FrameTable, strings: Numbering): void {
  const mappings = new Numbering([KERNEL]);
  const message = new ProtobufWriter();
  const line = new ProtobufWriter();
  for (const [number, { name, symbol, module }] of frames.entries()) {
    const id = idOf(number);
    message.clear();
    message.integer(FunctionField.ID, id);
    message.integer(FunctionField.NAME, strings.numberOf(name));
    message.integer(FunctionField.SYSTEM_NAME, strings.numberOf(symbol));
    out.message(Profile.FUNCTION, message);

    line.clear();
    line.integer(Line.FUNCTION_ID, id);
    message.clear();
    message.integer(Location.ID, id);
    message.integer(Location.MAPPING_ID, idOf(mappings.numberOf(module ? `[${module}]` : KERNEL)));
    message.message(Location.LINE, line);
    out.message(Profile.LOCATION, message);
  }
  for (const [number, file] of [...mappings.texts()].entries()) {
    message.clear();
    message.integer(Mapping.ID, idOf(number));
    message.integer(Mapping.FILENAME, strings.numberOf(file));
    message.integer(Mapping.HAS_FUNCTIONS, 1);
    out.message(Profile.MAPPING, message);
  }
}

/** Ids of a profile begin with 1: 0 is none. */
function idOf(number: number): number {
  return number + 1;
}

/** Distinct texts, numbered from 0 as they come. */
class Numbering {
  private readonly numbers = new Map<string, number>();

  constructor(first: readonly string[]) {
    for (const text of first) this.numberOf(text);
  }

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }

  texts(): Iterable<string> {
    return this.numbers.keys();
  }
}
