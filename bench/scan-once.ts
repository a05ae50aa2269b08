/**
 * One scan in a process of its own, with as many threads as the caller wants; the programs choose by size. Arguments: FILE THREADS CHUNK_BYTES; one
 * thread is the main thread, more add a pool, however small the file. Prints what it found, so that ways can be compared.
 */
import { openInput } from '../src/main/io/input.js';
import { scanDump } from '../src/main/reading/scan-dump.js';
import { planSort } from '../src/main/sorting/sort-options.js';
import { groupRunner } from '../src/workers/runners.js';

const [file = '', threads = '1', chunkSize = '4M'] = process.argv.slice(2);
const plan = { ...planSort({ input: file, output: '-', cull: 'stacktrace', threads, chunkSize }), aloneBytes: 0 };
const input = await openInput(file);
const { found } = await scanDump(input, plan, groupRunner(plan.scan), () => {});
input.close();
const { blocks, grouped } = found.counts;
process.stdout.write(`${JSON.stringify({ blocks, grouped, groups: 'size' in found ? found.size : undefined })}\n`);
process.exit(0);
