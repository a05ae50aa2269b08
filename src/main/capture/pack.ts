import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import { PageownerError } from '../base/errors.js';

const NO_ZSTD = 'zstd is not installed; install the package zstd, or give -o a name that ends with .gz';

/** Packs text as it comes, by the name of the file that it goes to: `.zst` by the program zstd, `.gz`, and nothing else. Throws a PageownerError. */
export function packedFor(path: string, text: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (path.endsWith('.zst')) return byZstd(text);
  return path.endsWith('.gz') ? byGzip(text) : text;
}

async function* byGzip(text: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // The fastest: the kernel's text shrinks to a tenth all the same.
  const gzip = createGzip({ level: 1 });
  const fed = feed(gzip, text);
  // It is thrown at the end, or by what it destroyed.
  fed.catch(() => {});
  for await (const piece of gzip) yield piece as Buffer;
  await fed;
}

async function* byZstd(text: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Of a group of its own: Ctrl-C ends this program, which may still want what was read.
  const zstd = spawn('zstd', ['-q', '-3', '-c'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const ended = new Promise<number | null>((resolve, reject) => {
    zstd.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new PageownerError('output', NO_ZSTD) : error),
    );
    zstd.on('exit', resolve);
  });
  ended.catch(() => {});
  try {
    const fed = feed(zstd.stdin, text);
    fed.catch(() => {});
    for await (const piece of zstd.stdout) yield piece as Buffer;
    await fed;
    if ((await ended) !== 0) throw new PageownerError('output', 'zstd failed, see above');
  } finally {
    zstd.kill();
  }
}

/** Ends `to` behind the text. Where the text throws, `to` is destroyed, and it is thrown. */
async function feed(
  to: NodeJS.WritableStream & { destroy(error?: Error): unknown },
  text: AsyncIterable<Uint8Array>,
): Promise<void> {
  const closed = once(to, 'close').catch(() => {});
  try {
    for await (const piece of text) if (!to.write(piece)) await Promise.race([once(to, 'drain'), closed]);
    to.end();
  } catch (error) {
    to.destroy(error as Error);
    throw error;
  }
}
