/** Stands in for workers/entry.js: a worker that dies in its first chunk. */
export default function run(): never {
  process.exit(3);
}
