/** What a dump's folder says of itself: dump.json. No times of the run are in it: equal bytes and options give equal folders. */
export interface DumpRecord {
  readonly schema: 'pageowner.dump/1';
  /** Of its folder; what pairs it with the same machine's dump of another night. */
  readonly name: string;
  readonly path: string;
  readonly host: string | null;
  /** When the dump was taken: ISO 8601, UTC. As the manifest says, else when the file was last written. */
  readonly taken_at: string;
  /** Other fields of the manifest. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** As stored, packed or not. */
  readonly input: { readonly bytes: number; readonly sha256: string };
  /** Of the options that the folder depends on. */
  readonly options_sha256: string;
  readonly counts: DumpCounts;
  /** Pages by kind, the most first. */
  readonly kinds: Readonly<Record<string, number>>;
  /** The stacks with the most pages, the most first. */
  readonly top: readonly StackPages[];
  /** Mixed pageblocks by their own type, as pagetypeinfo counts them; null where it is not known where pages are. */
  readonly mixed: Readonly<Record<string, number>> | null;
  /** null: there was none to compare with. */
  readonly diff: DumpDiff | null;
  /** SHA-256 by the name of the file in the folder. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface DumpCounts {
  /** Of text, unpacked. */
  readonly bytes: number;
  /** null: not known, where only pages are told (show_stacks). */
  readonly blocks: number | null;
  /** Base pages. */
  readonly pages: number;
  /** Blocks that are damaged or cut off. */
  readonly malformed: number;
  /** Byte of the text at which the first of them begins. */
  readonly malformed_at: number | null;
  /** Those of them that are no page_owner text. */
  readonly foreign: number;
  /** Lines of a log that are of other messages. */
  readonly passed_over: number;
}

export interface StackPages {
  /** Frames, the leaf first. */
  readonly stack: readonly string[];
  readonly pages: number;
}

/** What became of a dump since the night before. */
export interface DumpDiff {
  /** SHA-256 of the aggregate it was compared with. */
  readonly previous_sha256: string;
  /** Whether the machine was booted between: then nothing can be said of what was born. */
  readonly rebooted: boolean;
  /** Stacks that leak. */
  readonly leaking_stacks: number;
  /** Some of them, the most suspect first; the one that grew most is among them. */
  readonly suspects: readonly Suspect[];
  /** Pages that they grew by, those not listed too; and the one that grew most. */
  readonly leaked_pages: number;
  readonly most_leaked_pages: number;
}

export interface Suspect {
  readonly stack: readonly string[];
  /** Base pages then and now. */
  readonly pages: readonly [number, number];
  readonly pages_per_hour: number | null;
}

/** Pages by which a suspect grew. */
export function grownPages({ pages: [from, to] }: Suspect): number {
  return to - from;
}

export const RECORD_FILE = 'dump.json';
export const AGGREGATE_FILE = 'aggregate.parquet';
/** Folders of dumps are in this folder of a night. */
export const DUMPS_FOLDER = 'dumps';

export interface PreviousDump {
  readonly aggregate: string;
  readonly sha256: string;
  /** From the manifest, if it had one. */
  readonly bootId: unknown;
}

/** While all of these are the same, so are the bytes of a dump. */
export type FileIdentity = LocalIdentity | RemoteIdentity;

/** Of a dump at a URL. */
interface RemoteIdentity {
  readonly url: string;
  /** Its ETag, or when it was last modified. */
  readonly tag: string;
  readonly size: number;
}

interface LocalIdentity {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtime_ms: number;
  readonly ctime_ms: number;
}
