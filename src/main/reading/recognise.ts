import { readSync } from 'node:fs';
import { nameOfText } from '../../format/named-texts.js';
import type { Form } from '../../merge/forms/form.js';
import { formOf } from '../../merge/forms/forms.js';
import { cannotRead, noBlocks, notOurs } from '../base/errors.js';
import type { Input } from '../io/input.js';

/** The number of bytes by which a form is recognised: a kernel log can have long messages before the first page dump. */
const START_BYTES = 1 << 16;

/** An input whose form is known, as if nothing had been read of it. */
export interface Recognised {
  readonly input: Input;
  readonly form: Form;
  /** Its first bytes, one character each. */
  readonly start: string;
}

/** Tells which form an input has. Throws a PageownerError that names what it is instead, if that is known. */
export async function recognise(opened: Input): Promise<Recognised> {
  const { input, form, start } = await startOf(opened);
  if (form) return { input, form, start };
  const named = nameOfText(start);
  throw named ? notOurs(input.name, named) : noBlocks(input.name);
}

/** The same for callers that take any text: the form may be unknown. */
export async function startOf(opened: Input): Promise<Omit<Recognised, 'form'> & { readonly form: Form | undefined }> {
  const { input, bytes } = await withStart(opened);
  const start = bytes.toString('latin1');
  return { input, form: formOf(start), start };
}

/** The first bytes of an input, and the input as if they had not been read. */
async function withStart(input: Input): Promise<{ input: Input; bytes: Buffer }> {
  if ('fd' in input) {
    const bytes = Buffer.alloc(Math.min(START_BYTES, input.size));
    return { input, bytes: bytes.subarray(0, readSync(input.fd, bytes, 0, bytes.length, 0)) };
  }
  const pieces = input.pieces[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < START_BYTES) {
    const { done, value } = await pieces.next();
    if (done) break;
    for (const piece of value) {
      first.push(Buffer.from(piece));
      length += piece.length;
    }
  }
  const rest = async function* (): AsyncGenerator<readonly Uint8Array[]> {
    yield first;
    yield* { [Symbol.asyncIterator]: () => pieces };
  };
  return { input: { ...input, pieces: rest() }, bytes: Buffer.concat(first).subarray(0, START_BYTES) };
}

/** All of an input, in memory of its own. */
export async function contentOf(input: Input): Promise<Uint8Array<ArrayBuffer>> {
  if ('fd' in input) {
    const content = new Uint8Array(input.size);
    for (let at = 0; at < content.length; ) {
      const read = readSync(input.fd, content, at, content.length - at, at);
      if (read === 0) throw cannotRead(input.name, { code: 'it got shorter while it was read' });
      at += read;
    }
    return content;
  }
  const all: Uint8Array[] = [];
  for await (const pieces of input.pieces) for (const piece of pieces) all.push(Uint8Array.from(piece));
  return Uint8Array.from(Buffer.concat(all));
}
