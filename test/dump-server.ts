/** A server of dumps, for tests. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';
import { programFile, RUNNER } from './helpers.js';

export interface DumpServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** `GET 0-65535`, in their order. */
  readonly asked: string[];
}

export interface Behaviour {
  readonly ranges?: boolean;
  /** Answers in its own way; returns whether it did. `count`: requests so far, this one too. */
  readonly own?: (request: http.IncomingMessage, response: http.ServerResponse, count: number) => boolean;
  /** The content of a file. Default: as it stands in the folder. */
  readonly content?: (bytes: Buffer, count: number) => Buffer;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Serves the files of a folder, with ETag, Last-Modified and ranges, until the tests end. */
export async function dumpServer(folder: string, behaviour: Behaviour = {}): Promise<DumpServer> {
  const { ranges = true, own, content = (bytes) => bytes, tls } = behaviour;
  const asked: string[] = [];
  const answer: http.RequestListener = (request, response) => {
    const { method, headers, url = '' } = request;
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    asked.push(from === undefined ? `${method}` : `${method} ${from}-${to}`);
    if (own?.(request, response, asked.length)) return;
    const path = join(folder, decodeURIComponent(new URL(url, 'http://x').pathname));
    if (!existsSync(path)) return void response.writeHead(404).end();
    const bytes = content(readFileSync(path), asked.length);
    response.setHeader('etag', `"${createHash('sha256').update(bytes).digest('hex')}"`);
    response.setHeader('last-modified', statSync(path).mtime.toUTCString());
    if (ranges) response.setHeader('accept-ranges', 'bytes');
    const isPart = ranges && from !== undefined;
    const sent = isPart ? bytes.subarray(Number(from), Number(to) + 1) : bytes;
    if (isPart) response.setHeader('content-range', `bytes ${from}-${Number(from) + sent.length - 1}/${bytes.length}`);
    response.writeHead(isPart ? 206 : 200, { 'content-length': sent.length });
    response.end(method === 'HEAD' ? undefined : sent);
  };
  const server = tls ? https.createServer(tls, answer) : http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs pageowner while this process serves. */
export function pageowner(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = spawn(RUNNER, [programFile('pageowner'), ...args], { env: { ...process.env, ...env } });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (said.stdout += data));
  child.stderr.on('data', (data) => (said.stderr += data));
  child.stdin.end();
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, ...said })));
}
