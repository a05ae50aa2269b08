import { bearsOnVmalloc } from '../format/allocator.js';
import { LF } from '../format/bytes.js';
import { findFields } from '../format/fields.js';
import { SOME_MASK } from '../format/head.js';
import { endsWithoutDigits } from '../format/header.js';
import { Dictionary } from './dictionary.js';
import { fieldValue } from './field-value.js';
import { grown } from './grow.js';

/**
 * The distinct tasks of heads (see format/head.ts), with the fields that each names, read once a task: real dumps have a few thousand.
 *
 * Where a block's fields stand behind its first line (hostile command names), its head goes on in further lines that repeat just those fields, so that
 * fields are always a function of the task.
 */
export class Tasks {
  readonly strings: Dictionary = new Dictionary();
  readonly names: Dictionary = new Dictionary();
  /** By task: pid, tgid (or MISSING), id in names. */
  pid: Float64Array<ArrayBuffer> = new Float64Array(64);
  tgid: Float64Array<ArrayBuffer> = new Float64Array(64);
  name: Uint32Array<ArrayBuffer> = new Uint32Array(64);
  /** By task: 1 if nothing in it changes how the lines behind it are read. */
  isPlain: Uint8Array<ArrayBuffer> = new Uint8Array(64);

  intern(view: DataView, from: number, to: number): number {
    const known = this.strings.size;
    const id = this.strings.intern(view, from, to);
    if (id === known) this.read(id);
    return id;
  }

  /** The command name of a task. Valid until the next new name. */
  nameBytes(id: number): Uint8Array {
    const name = this.name[id] as number;
    return this.names.bytes.subarray(this.names.start(name), this.names.end(name));
  }

  private read(id: number): void {
    const task = this.strings.bytes.subarray(this.strings.start(id), this.strings.end(id));
    const head = new Uint8Array(SOME_MASK.length + task.length);
    head.set(SOME_MASK);
    head.set(task, SOME_MASK.length);
    const fields = findFields(head, 0, head.length);
    this.pid = grown(this.pid, id + 1);
    this.tgid = grown(this.tgid, id + 1);
    this.name = grown(this.name, id + 1);
    this.isPlain = grown(this.isPlain, id + 1);
    this.pid[id] = fieldValue(head, fields.pid);
    this.tgid[id] = fieldValue(head, fields.tgid);
    const name = fields.name ?? { from: 0, to: 0 };
    this.name[id] = this.names.intern(new DataView(head.buffer), name.from, name.to);
    this.isPlain[id] = !fields.ts && isPlain(head) ? 1 : 0;
  }
}

function isPlain(head: Uint8Array): boolean {
  return !head.includes(LF) && !endsWithoutDigits(head, head.length) && !bearsOnVmalloc(head);
}
