import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A file that V8 writes for a process into NODE_V8_COVERAGE. Ranges lie inside each other, the outer one first. */
interface Written {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
    }[];
  }[];
}

/** Which characters of which files ran: 1 at an offset that did. */
export type Coverage = ReadonlyMap<string, Uint8Array>;

/** What ran of the compiled files below `root`, in any process or thread that left its coverage in `folder`. Paths are those below `root`. */
export function coverageOf(folder: string, root: string): Coverage {
  const prefix = `${pathToFileURL(root).href}/`;
  const covered = new Map<string, Uint8Array>();
  for (const name of readdirSync(folder)) {
    for (const { url, functions } of writtenIn(join(folder, name))) {
      if (!url.startsWith(prefix)) continue;
      const path = url.slice(prefix.length);
      const ranges = functions.flatMap((one) => one.ranges);
      const here = new Uint8Array(Math.max(...ranges.map((range) => range.endOffset)));
      for (const { startOffset, endOffset, count } of ranges) here.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      const before = covered.get(path);
      covered.set(path, before ? before.map((ran, i) => ran | (here[i] ?? 0)) : here);
    }
  }
  return covered;
}

/** Nothing, if the process was killed while it wrote. */
function writtenIn(path: string): Written['result'] {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Written).result;
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
