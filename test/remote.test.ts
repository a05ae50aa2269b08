/** Dumps behind http:// and https://. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { exitOf, place, results, SCRIPT } from './batches.js';
import { type Behaviour, type DumpServer, dumpServer, pageowner, type Ran } from './dump-server.js';
import { fixtureDump, missing, RUNNER, writeInto } from './helpers.js';
import { childOf, noRedis, redisServer } from './queue-servers.js';

const RUNS = ['--run', 'top', '--run', 'age --format json'];

/** A time that HTTP can tell. */
const TAKEN_AT = new Date('2026-11-24T01:30:00Z');

/** About 10 MB: it takes several requests. */
const large = Buffer.from(fixtureDump('6.12-boot').toString('latin1').repeat(12), 'latin1');

function dumpsIn(folder: string): readonly string[] {
  writeInto(folder, 'plain.txt', large);
  writeInto(folder, 'packed.txt.gz', gzipSync(fixtureDump('6.12-boot')));
  if (!missing('zstd', 'zstd')) execFileSync('zstd', ['-q', join(folder, 'plain.txt'), '-o', join(folder, 'z.zst')]);
  const names = readdirSync(folder);
  for (const name of names) utimesSync(join(folder, name), TAKEN_AT, TAKEN_AT);
  return names;
}

function manifest(folder: string, base: string, names: readonly string[]): string {
  const lines = names.map((name) => JSON.stringify({ path: `${base}/${name}`, name }));
  return writeInto(folder, 'manifest', `${lines.join('\n')}\n`);
}

/** What stands in the files of a night, but for where dumps were, and what is made of that. */
function contentOf(out: string, base: string): Record<string, string> {
  const files = readdirSync(join(out, 'dumps'), { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((path) => {
        const text = readFileSync(path, 'latin1').replaceAll(base, 'BASE');
        const told = path.endsWith('dump.json') ? text.replace(/"options_sha256": .*|"outputs": [^}]*}/g, '') : text;
        return [path.slice(out.length), told];
      }),
  );
}

async function one(content: Buffer, behaviour: Behaviour, env?: NodeJS.ProcessEnv): Promise<Ran & DumpServer> {
  const { dumps } = place(`one-${Math.random()}`);
  writeInto(dumps, 'd.txt', content);
  const server = await dumpServer(dumps, behaviour);
  return { ...server, ...(await pageowner(['top', `${server.url}/d.txt`], env)) };
}

/** What `top` says of a dump at a URL, which it reads to its end. */
async function assertRead(content: Buffer, behaviour: Behaviour, env?: NodeJS.ProcessEnv): Promise<DumpServer> {
  const { url, asked, ...ran } = await one(content, behaviour, env);
  const { dumps } = place(`local-${Math.random()}`);
  const local = await pageowner(['top', writeInto(dumps, 'd.txt', content)]);
  assert.equal(ran.stderr, '');
  assert.equal(ran.status, 0);
  assert.equal(ran.stdout.replace(url, dumps), local.stdout);
  return { url, asked };
}

async function assertFails(said: RegExp, behaviour: Behaviour, env?: NodeJS.ProcessEnv): Promise<void> {
  const { status, stdout, stderr, url } = await one(large, behaviour, env);
  assert.match(stderr, /^[^\n]*\n$/, 'one line');
  assert.ok(stderr.includes(`${url}/d.txt`), stderr);
  assert.match(stderr, said);
  assert.equal(status, 2);
  assert.equal(stdout, '');
}

function status(code: number, headers: Record<string, string> = {}): Behaviour {
  return {
    own: (_, response) => {
      response.writeHead(code, headers).end();
      return true;
    },
  };
}

test('a night of URLs has the files of a night of the same dumps on disk', async () => {
  const { dumps, out } = place('remote-threads');
  const names = dumpsIn(dumps);
  for (const ranges of [true, false]) {
    const { url } = await dumpServer(dumps, { ranges });
    const night = `${out}-${ranges}`;
    const local = await pageowner(['batch', manifest(dumps, dumps, names), ...RUNS, '--out', `${night}-local`]);
    assert.equal(local.status, 0, local.stderr);
    const remote = await pageowner(['batch', manifest(dumps, url, names), ...RUNS, '--out', night]);
    assert.equal(remote.status, 0, remote.stderr);
    assert.deepEqual(contentOf(night, url), contentOf(`${night}-local`, dumps));
  }
});

test('workers read parts of a dump at a URL, and the night is the same', { skip: noRedis }, async () => {
  const queue = await redisServer();
  after(() => queue.stop());
  const { dumps, out } = place('remote-queue');
  const names = dumpsIn(dumps);
  const { url, asked } = await dumpServer(dumps);
  const local = await pageowner(['batch', manifest(dumps, dumps, names), ...RUNS, '--out', `${out}-local`]);
  assert.equal(local.status, 0, local.stderr);
  const secret = url.replace('//', '//me:s3cret@');
  const worker = childOf(RUNNER, [SCRIPT, 'worker', '--queue', queue.url, '--threads', '2']);
  const args = [manifest(dumps, secret, names), ...RUNS, '--out', out, '--queue', queue.url, '--split', '3M'];
  const remote = await pageowner(['batch', ...args, '--log', 'json']);
  worker.kill('SIGKILL');
  await exitOf(worker);
  assert.equal(remote.status, 0, remote.stderr);
  assert.doesNotMatch(remote.stderr + remote.stdout, /s3cret/);
  const shown = Buffer.from(url.replace('//', '//me:…@')).toString('latin1');
  assert.deepEqual(contentOf(out, shown), contentOf(`${out}-local`, dumps));
  // Parts begin between blocks, which no cut of the text does.
  assert.ok(asked.filter((range) => range.startsWith('GET')).length > 10);
});

test('a batch that is resumed reads no URL again whose ETag is the same', async () => {
  const { dumps, out } = place('remote-resume');
  writeInto(dumps, 'd.txt', fixtureDump('6.12-boot'));
  const { url, asked } = await dumpServer(dumps);
  const args = ['batch', `${url}/d.txt`, '--out', out, '--resume'];
  assert.equal((await pageowner(args)).status, 0);
  asked.length = 0;
  assert.equal((await pageowner(args)).status, 0);
  assert.ok(!asked.includes('GET 65536-4259839') && asked.length <= 2, asked.join());
  writeInto(dumps, 'd.txt', large);
  assert.equal((await pageowner(args)).status, 0);
  const [line] = [...results(out).values()];
  assert.equal(line?.input?.bytes, large.length);
  assert.equal(line?.name, `${new URL(url).host.replace(':', '_')}_d`);
});

test('a server without HEAD, or without ranges, gives the same', async () => {
  const noHead: Behaviour['own'] = ({ method }, response) => {
    if (method === 'HEAD') response.writeHead(405).end();
    return method === 'HEAD';
  };
  assert.ok((await assertRead(large, { own: noHead })).asked.includes('GET 0-0'));
  assert.deepEqual((await assertRead(large, { ranges: false })).asked, ['HEAD', 'GET']);
  await assertRead(gzipSync(large), {});
});

test('what is cut off goes on where it ended', async () => {
  let cuts = 0;
  const cutting: Behaviour['own'] = ({ headers }, response) => {
    const from = Number(/^bytes=(\d+)/.exec(headers.range ?? '')?.[1] ?? 0);
    if (from === 0 || cuts === 3) return false;
    cuts++;
    const sent = large.subarray(from, from + 1000);
    response.writeHead(206, {
      'content-range': `bytes ${from}-${from + 4999}/${large.length}`,
      'content-length': 5000,
      etag: (response.req as unknown as { headers: Record<string, string> }).headers['if-match'],
    });
    response.write(sent, () => response.destroy());
    return true;
  };
  await assertRead(large, { own: cutting });
  assert.equal(cuts, 3);
});

test('a dump that changes between two requests is an error, never a mixture', async () => {
  const content = (bytes: Buffer, count: number): Buffer => (count > 2 ? Buffer.from(bytes).fill('x', 0, 1) : bytes);
  await assertFails(/changed on the server/, { content });
});

test('what a server refuses is one line that says what to do', async () => {
  await assertFails(/404 Not Found: there is no such dump/, status(404));
  await assertFails(/401 Unauthorized: give user and password/, status(401));
  await assertFails(/403 Forbidden: the user may not/, status(403));
  await assertFails(/redirects are not followed/, status(302, { location: 'http://elsewhere/' }));
  await assertFails(/503 Service Unavailable; look at the server, and run again \(tried 4 times\)/, status(503));
  await assertFails(
    /said nothing for 0\.2 s \(PAGEOWNER_HTTP_TIMEOUT\) \(tried 4 times\)/,
    { own: () => true },
    { PAGEOWNER_HTTP_TIMEOUT: '0.2' },
  );
  const { stderr } = await pageowner(['top', 'http://u:pw@no-such-host.invalid/d?sig=abc']);
  assert.match(
    stderr,
    /cannot read http:\/\/u:…@no-such-host\.invalid\/d\?sig=…: the name of the host does not resolve/,
  );
});

test('user and password of a URL are sent, and shown nowhere', async () => {
  const { dumps, out } = place('remote-password');
  writeInto(dumps, 'd.txt', fixtureDump('6.12-boot'));
  const own: Behaviour['own'] = ({ headers }, response) => {
    const isLetIn = headers.authorization === `Basic ${btoa('me:s3cret/x')}`;
    if (!isLetIn) response.writeHead(401).end();
    return !isLetIn;
  };
  const { url } = await dumpServer(dumps, { own });
  const secret = url.replace('//', '//me:s3cret%2Fx@');
  const list = writeInto(dumps, 'list', `${secret}/d.txt\n${secret}/d.txt\n{"path":"${secret}/x\n${secret}/none\n`);
  const ran = await pageowner(['batch', list, '--run', 'report -o r.html', '--out', out, '--log', 'json']);
  assert.equal(ran.status, 1);
  assert.deepEqual([...results(out).values()].map(({ status }) => status).sort(), ['failed', 'failed', 'failed', 'ok']);
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const all = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('');
  assert.doesNotMatch(all + ran.stderr + ran.stdout, /s3cret/);
});

test('a certificate is trusted by NODE_EXTRA_CA_CERTS only', { skip: missing('openssl', 'openssl') }, async () => {
  const { dumps } = place('remote-tls');
  const [key, cert] = ['key', 'cert'].map((name) => join(dumps, name)) as [string, string];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  await assertFails(/certificate is not trusted .*NODE_EXTRA_CA_CERTS/, { tls });
  await assertRead(fixtureDump('6.12-boot'), { tls }, { NODE_EXTRA_CA_CERTS: cert });
});
