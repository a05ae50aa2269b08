import assert from 'node:assert/strict';
import os from 'node:os';
import { mock, test } from 'node:test';
import { LEAST_MEMORY } from '../src/main/base/limits.js';
import { defaultMemory, defaultThreads, threadsWorth } from '../src/main/base/machine.js';
import { planSort } from '../src/main/sorting/sort-options.js';

test('there are threads and memory for a run on any machine', () => {
  assert.ok(defaultThreads() >= 1 && defaultThreads() <= os.availableParallelism());
  assert.ok(defaultMemory() >= LEAST_MEMORY);
});

test('a cgroup that has next to no memory is no error', () => {
  const constrained = mock.method(process, 'constrainedMemory', () => 100e6);
  assert.equal(defaultMemory(), LEAST_MEMORY);
  assert.equal(planSort({ input: '-', output: '-', threads: 8 }).threads, 1);
  constrained.mock.restore();
});

test('no more threads scan than the CPUs and the size of the dump pay for', () => {
  const chunksOf = (size: number): number => size / 4;
  assert.equal(threadsWorth(64, chunksOf(4096), 2), 2);
  assert.equal(threadsWorth(64, chunksOf(4096), 64), 14);
  assert.equal(threadsWorth(64, chunksOf(400 * 1024), 64), 64);
  assert.equal(threadsWorth(2, chunksOf(1), 1), 2, 'what a caller has decided to share is shared');
  assert.equal(threadsWorth(1, chunksOf(4096), 64), 1);
});
