import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { cannotFetch, PageownerError, remoteChanged, usageError } from '../base/errors.js';
import { gathered } from './gathered.js';

/** Most forms are told by so much: it comes alone, since nothing else of the dump may be wanted. */
const FIRST_BYTES: number = 1 << 16;

/** What one request asks for, and how many of them are under way: enough for a fast network, and 20 MiB of memory. */
const RANGE_BYTES: number = 1 << 22;
const RANGES_AHEAD = 4;

/** What fails is tried again after these pauses, in ms. Each byte that comes begins them anew. */
const PAUSES_MS: readonly number[] = [250, 1000, 4000];

const DEFAULT_TIMEOUT_SECONDS = 30;

/** What a server says of a dump. */
export interface RemoteFacts {
  /** In bytes; null: the server does not say. */
  readonly size: number | null;
  /** Its ETag, else when it was last modified, as the server says it: while it is the same, so is the dump. null: nothing tells. */
  readonly tag: string | null;
  /** ISO 8601. */
  readonly modified: string | null;
  /** Whether any part of it can be asked for. */
  readonly hasRanges: boolean;
}

/** Why a request failed. `isPassing`: another one may not. */
class Failure extends Error {
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.isPassing = isPassing;
  }
}

/** A dump at an http:// or https:// URL. All of its bytes are of one state: one that changes meanwhile is an error. All methods throw a PageownerError. */
export class Remote {
  readonly facts: RemoteFacts;
  private readonly server: Server;

  private constructor(server: Server, facts: RemoteFacts) {
    this.server = server;
    this.facts = facts;
  }

  /**
   * @param name of the dump in messages
   * @param known what the server has said before: it is not asked again, and must still be so
   */
  static async open(url: string, name: string, known?: RemoteFacts): Promise<Remote> {
    const server = new Server(url, name);
    try {
      return new Remote(server, known ?? (await server.facts()));
    } catch (error) {
      server.close();
      throw error;
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.server.close();
  }

  /** The size of a dump that can be read at any place; undefined: it comes as a stream. */
  get sizeOfRanges(): number | undefined {
    const { size, hasRanges } = this.facts;
    return hasRanges && size !== null ? size : undefined;
  }

  /** All of it, as it comes. */
  async *whole(): AsyncGenerator<Buffer[]> {
    const size = this.sizeOfRanges;
    yield* size === undefined ? this.server.stream(this.facts) : this.range(0, size);
  }

  /** What stands at [from, to), by several requests at a time. */
  async *range(from: number, to: number): AsyncGenerator<Buffer[]> {
    const ahead: Promise<Buffer[]>[] = [];
    let next = from;
    const ask = (bytes: number): void => {
      const end = Math.min(to, next + bytes);
      const asked = this.bytes(next, end);
      // It is told when its turn comes.
      asked.catch(() => {});
      ahead.push(asked);
      next = end;
    };
    if (from < to) ask(FIRST_BYTES);
    for (let asked = ahead.shift(); asked; asked = ahead.shift()) {
      yield await asked;
      while (next < to && ahead.length < RANGES_AHEAD) ask(RANGE_BYTES);
    }
  }

  /** The same at once. */
  async bytes(from: number, to: number): Promise<Buffer[]> {
    const all: Buffer[] = [];
    for await (const pieces of this.server.stream(this.facts, { from, to })) all.push(...pieces);
    return all;
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Asks a server for one dump. */
class Server {
  private readonly url: URL;
  private readonly name: string;
  private readonly agent: http.Agent;
  private readonly aborter = new AbortController();
  private readonly timeoutMs: number = timeoutSeconds() * 1000;

  constructor(url: string, name: string) {
    this.name = name;
    if (!URL.canParse(url)) throw cannotFetch(name, 'it is no URL: write http://HOST/PATH or https://HOST/PATH');
    this.url = new URL(url);
    const options = { keepAlive: true };
    this.agent = this.url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  }

  close(): void {
    this.aborter.abort();
    this.agent.destroy();
  }

  async facts(): Promise<RemoteFacts> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.factsAtOnce();
      } catch (error) {
        await this.pause(error, tries);
      }
    }
  }

  /** A dump, or a range of it, as it comes. Where a connection is cut off another one goes on, if the server knows ranges. */
  async *stream(facts: RemoteFacts, range?: Range): AsyncGenerator<Buffer[]> {
    const { size, hasRanges } = facts;
    let at = range?.from ?? 0;
    const to = range?.to ?? size;
    for (let tries = 0; at !== to; tries++) {
      try {
        const rest = to !== null && hasRanges ? { from: at, to } : undefined;
        for await (const pieces of this.body(await this.get(facts, rest))) {
          for (const { length } of pieces) at += length;
          if (to !== null && at > to) throw new Failure('it sent more bytes than it said', false);
          tries = -1;
          yield pieces;
        }
        if (to === null) return;
        if (at < to) throw new Failure(`the connection was cut off at byte ${at} of ${size}`, true);
      } catch (error) {
        if (at > 0 && !hasRanges && error instanceof Failure && error.isPassing)
          throw cannotFetch(this.name, `${error.message}, and the server cannot go on there (no Accept-Ranges)`);
        await this.pause(error, Math.max(0, tries));
      }
    }
  }

  /** Waits until a request may be tried again. Throws what is final. */
  private async pause(error: unknown, tries: number): Promise<void> {
    if (error instanceof PageownerError) throw error;
    const failure = failureOf(error);
    const milliseconds = PAUSES_MS[tries];
    if (!failure.isPassing || this.aborter.signal.aborted) throw cannotFetch(this.name, failure.message);
    if (milliseconds === undefined)
      throw cannotFetch(this.name, `${failure.message} (tried ${PAUSES_MS.length + 1} times)`);
    await sleep(milliseconds, undefined, { signal: this.aborter.signal });
  }

  private async factsAtOnce(): Promise<RemoteFacts> {
    const head = await this.ask('HEAD');
    head.resume();
    if (head.statusCode === 200) return factsOf(head, sizeIn(head), head.headers['accept-ranges'] === 'bytes');
    // A server, or a signed URL, may be for GET only.
    if (![400, 403, 405, 501].includes(head.statusCode as number)) throw refusal(head);
    const first = await this.ask('GET', { range: 'bytes=0-0' });
    // Of the whole of a dump no more than this is wanted.
    first.destroy();
    if (first.statusCode === 200) return factsOf(first, sizeIn(first), false);
    const size = /^bytes (?:0-0|\*)\/(\d+)$/.exec(first.headers['content-range'] ?? '')?.[1];
    if (first.statusCode !== 206 && (first.statusCode !== 416 || size !== '0')) throw refusal(first);
    return factsOf(first, size === undefined ? null : Number(size), size !== undefined);
  }

  /** The answer that has a dump, or a range of it, in the state that is known. */
  private async get(facts: RemoteFacts, range: Range | undefined): Promise<http.IncomingMessage> {
    const response = await this.ask('GET', {
      ...(range && { range: `bytes=${range.from}-${range.to - 1}` }),
      ...conditionOf(facts),
    });
    try {
      this.check(response, facts, range);
      return response;
    } catch (error) {
      response.destroy();
      throw error;
    }
  }

  private check(response: http.IncomingMessage, { size, tag }: RemoteFacts, range: Range | undefined): void {
    const { statusCode, headers } = response;
    if (statusCode === 412 || statusCode === 416) throw remoteChanged(this.name);
    if (statusCode !== 200 && statusCode !== 206) throw refusal(response);
    const [, from, all] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
    const now = statusCode === 206 ? Number(all) : sizeIn(response);
    if (tagOf(headers) !== tag || (now !== null && now !== size)) throw remoteChanged(this.name);
    if (range ? statusCode !== 206 || Number(from) !== range.from : statusCode !== 200)
      throw new Failure('the server gave another range than was asked for', false);
  }

  private async *body(response: http.IncomingMessage): AsyncGenerator<Buffer[]> {
    const { pieces } = gathered(response);
    try {
      for (;;) {
        const { done, value } = await this.inTime(pieces.next());
        if (done) return;
        yield value;
      }
    } finally {
      // One that was read to its end may serve again.
      if (!response.readableEnded) response.destroy();
    }
  }

  /** Asks, and waits for the head of the answer. */
  private async ask(method: 'GET' | 'HEAD', headers: http.OutgoingHttpHeaders = {}): Promise<http.IncomingMessage> {
    const { agent, url } = this;
    const { signal } = this.aborter;
    const { request } = url.protocol === 'https:' ? https : http;
    const all = { ...headers, 'accept-encoding': 'identity', 'user-agent': 'pageowner' };
    const asked = request(url, { method, agent, signal, headers: all });
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      // What fails later fails the answer too.
      asked.on('response', resolve).on('error', reject);
    });
    try {
      asked.end();
      return await this.inTime(answered);
    } catch (error) {
      asked.destroy();
      throw error;
    }
  }

  private async inTime<T>(waiting: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const seconds = this.timeoutMs / 1000;
      const failure = new Failure(`the server said nothing for ${seconds} s (PAGEOWNER_HTTP_TIMEOUT)`, true);
      timer = setTimeout(() => reject(failure), this.timeoutMs);
    });
    waiting.catch(() => {});
    return Promise.race([waiting, late]).finally(() => clearTimeout(timer));
  }
}

/** PAGEOWNER_HTTP_TIMEOUT. Throws a usage error. */
function timeoutSeconds(): number {
  const typed = process.env.PAGEOWNER_HTTP_TIMEOUT;
  if (!typed) return DEFAULT_TIMEOUT_SECONDS;
  if (/^\d{1,5}(\.\d{1,3})?$/.test(typed) && Number(typed) > 0) return Number(typed);
  throw usageError('PAGEOWNER_HTTP_TIMEOUT takes seconds, more than 0');
}

function factsOf({ headers }: http.IncomingMessage, size: number | null, hasRanges: boolean): RemoteFacts {
  const modified = Date.parse(headers['last-modified'] ?? '');
  return {
    size,
    tag: tagOf(headers),
    modified: Number.isNaN(modified) ? null : new Date(modified).toISOString(),
    hasRanges: hasRanges && size !== null,
  };
}

function tagOf(headers: http.IncomingHttpHeaders): string | null {
  return headers.etag ?? headers['last-modified'] ?? null;
}

function sizeIn({ headers }: http.IncomingMessage): number | null {
  return headers['content-length'] === undefined ? null : Number(headers['content-length']);
}

/** Lets a server refuse at once what has changed; the answer is checked all the same. If-Match takes no weak tags. */
function conditionOf({ tag }: RemoteFacts): http.OutgoingHttpHeaders {
  if (tag === null || tag.startsWith('W/')) return {};
  return tag.startsWith('"') ? { 'if-match': tag } : { 'if-unmodified-since': tag };
}

/** Why an answer has no dump. */
function refusal({ statusCode = 0, statusMessage, headers }: http.IncomingMessage): Failure {
  const said = `the server says ${statusCode} ${statusMessage}`;
  const failed = (what: string): Failure => new Failure(`${said}: ${what}`, false);
  if (statusCode === 401) return failed('give user and password in the URL (https://USER:PASSWORD@HOST/…)');
  if (statusCode === 403) return failed('the user may not read it, or the signature in the URL has expired');
  if (statusCode === 404 || statusCode === 410) return failed('there is no such dump; check the URL');
  if (statusCode >= 300 && statusCode < 400)
    return failed(
      headers.location
        ? 'it is elsewhere; redirects are not followed: name the URL that they lead to'
        : 'it has no dump',
    );
  const isPassing = [429, 500, 502, 503, 504].includes(statusCode);
  return new Failure(`${said}${isPassing ? '; look at the server, and run again' : ''}`, isPassing);
}

const PASSING: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: is the server there, and the port right?',
  ECONNRESET: 'the connection was cut off',
  EPIPE: 'the connection was cut off',
  ETIMEDOUT: 'the host does not answer',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the host',
  EAI_AGAIN: 'the name service does not answer',
};

/** What Node says of a request, and of a certificate, as it is told to people. */
function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (PASSING[code]) return new Failure(PASSING[code], true);
  if (code === 'ENOTFOUND')
    return new Failure('the name of the host does not resolve; check the URL, or the name service', false);
  if (/CERT|^UNABLE_TO_/.test(code))
    return new Failure(
      `its certificate is not trusted (${message}); name a file with that of its authority in NODE_EXTRA_CA_CERTS`,
      false,
    );
  return new Failure(message, false);
}
