import { readFileSync } from 'node:fs';

/** Node's own module of single executables; types of Node 20 do not have all of it. */
interface SingleExecutable {
  isSea(): boolean;
  getRawAsset(key: string): ArrayBuffer;
}

const sea = process.getBuiltinModule?.('node:sea') as SingleExecutable | undefined;

/** Whether this is the single executable (src/packaging/executable): then there is no script that Node runs. */
export const IS_EXECUTABLE: boolean = sea?.isSea() === true;

/** A file that stands beside the programs. In the executable it is a part of that, by its place below the root. */
export function shippedFile(place: URL): Buffer {
  return IS_EXECUTABLE
    ? Buffer.from((sea as SingleExecutable).getRawAsset(place.pathname.slice(1)))
    : readFileSync(place);
}
