/** Stands in for workers/entry.js: a worker that runs out of memory, say. */
export default function run(): never {
  throw new RangeError('Array buffer allocation failed');
}
