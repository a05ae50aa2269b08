import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, run } from './helpers.js';

const WIDTH = '118';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** `$ pageowner …` and what stands below it. */
const examples = [...readme.matchAll(/^```console\n\$ pageowner (.* fixtures\/.*)\n([\s\S]*?)\n```$/gm)];

test('README shows many commands with their outputs', () => assert.ok(examples.length >= 5));

for (const [, command = '', shown] of examples)
  test(`README shows what comes of pageowner ${command}`, () => {
    process.env.COLUMNS = WIDTH;
    const { stdout, stderr } = run('pageowner', command.split(' '), { cwd: ROOT });
    assert.equal(stderr, '');
    const printed = Buffer.from(stdout, 'latin1').toString();
    assert.equal(printed.replace(/ +$/gm, '').trimEnd(), shown);
  });
