/** Servers of queues, for tests: Debian's redis-server and PostgreSQL, on a free port, in a folder of their own. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { sleep } from './batches.js';
import { temporaryFolder } from './helpers.js';

const PASSWORD = 'a secret/@:';

export interface QueueServer {
  readonly url: string;
  /** The same with a wrong password. */
  readonly wrongUrl: string;
  start(): Promise<void>;
  /** Ends it; what it has is there again after start(). */
  stop(): Promise<void>;
}

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export function childOf(command: string, args: readonly string[], uid?: number): ChildProcess {
  const child = spawn(command, args, { stdio: 'ignore', ...(uid !== undefined && { uid, gid: uid }) });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const REDIS = '/usr/bin/redis-server';
export const noRedis: false | string = !existsSync(REDIS) && 'needs the package redis-server';

/** `options`: more of redis.conf. */
export async function redisServer(...options: readonly string[]): Promise<QueueServer> {
  const port = await freePort();
  const folder = temporaryFolder();
  const args = [
    '--port',
    String(port),
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--requirepass',
    PASSWORD,
  ];
  const urlOf = (password: string): string => `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}/0`;
  return server({
    begin: () => childOf(REDIS, [...args, ...options]),
    isUp: () => {
      redis({ url: urlOf(PASSWORD) }, 'ping');
    },
    urlOf,
  });
}

/** What redis-cli prints. */
export function redis({ url }: Pick<QueueServer, 'url'>, ...command: readonly string[]): string {
  const args = ['-p', new URL(url).port, '-a', PASSWORD, '--no-auth-warning', ...command];
  return execFileSync('redis-cli', args, { encoding: 'utf8', stdio: 'pipe' });
}

const POSTGRES = '/usr/lib/postgresql';
export const noPostgres: false | string = !existsSync(POSTGRES) && 'needs the package postgresql';

export async function postgresServer(): Promise<QueueServer> {
  const bin = join(POSTGRES, readdirSync(POSTGRES).sort().at(-1) as string, 'bin');
  const port = await freePort();
  const folder = temporaryFolder();
  // It does not run as root.
  const uid = process.getuid?.() === 0 ? Number(execFileSync('id', ['-u', 'postgres'])) : undefined;
  const data = join(folder, 'data');
  mkdirSync(data);
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  for (const path of [folder, passwordFile]) chmodSync(path, 0o755);
  if (uid !== undefined) execFileSync('chown', ['-R', String(uid), folder]);
  const initialised = childOf(
    join(bin, 'initdb'),
    ['-D', data, '-A', 'scram-sha-256', '-U', 'pageowner', `--pwfile=${passwordFile}`, '--no-sync'],
    uid,
  );
  assert.equal(await new Promise((resolve) => initialised.once('exit', resolve)), 0);
  const args = ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
  return server({
    begin: () => childOf(join(bin, 'postgres'), args, uid),
    isUp: () => {
      execFileSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], { stdio: 'pipe' });
    },
    urlOf: (password) => `postgres://pageowner:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
  });
}

async function server(what: {
  begin(): ChildProcess;
  /** Throws while it is not. */
  isUp(): void;
  urlOf(password: string): string;
}): Promise<QueueServer> {
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = what.begin();
    for (let i = 0; ; i++) {
      try {
        return what.isUp();
      } catch (error) {
        if (i === 100) throw error;
        await sleep(100);
      }
    }
  };
  await start();
  return {
    url: what.urlOf(PASSWORD),
    wrongUrl: what.urlOf('wrong'),
    start,
    stop: async () => {
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill('SIGINT');
      await ended;
    },
  };
}
