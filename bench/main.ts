/** `npm run bench -- --help` says what can be measured; the header of each mode's file says what question it answers. */
import { AssertionError } from 'node:assert';
import { runProgram } from '../src/main/command-line/program.js';
import { undoAll } from '../src/main/io/undo.js';
import { type BenchOptions, benchCommand } from './options.js';
import { publish, type Report, tryFiles } from './report.js';

const EXIT_DIFFERENT_ANSWERS = 1;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Each mode loads only what it needs. */
async function measure(options: BenchOptions): Promise<Report> {
  if (options.micro) return (await import('./micro.js')).micro();
  if (options.crossing) return (await import('./crossing.js')).crossing(options);
  if (options.reports) return (await import('./reports.js')).reports(options);
  if (options.batch) return (await import('./batch.js')).batch(options);
  if (options.sweep) return (await import('./sweep.js')).sweep(options);
  if (options.regress !== undefined) return (await import('./regress.js')).regress(options.regress, options);
  return (await import('./compare.js')).compare(options);
}

async function run(options: BenchOptions): Promise<void> {
  try {
    tryFiles(options);
    if (options.smoke) {
      const { smoke } = await import('./smoke.js');
      if (!(await smoke(options.cTool))) process.exitCode = EXIT_DIFFERENT_ANSWERS;
    } else {
      const report = await measure(options);
      publish(report, options);
      if (report.hasFailed) process.exitCode = EXIT_FAILED;
    }
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    process.stderr.write(`bench: ${error.message.split('\n')[0]}\n`);
    process.exitCode = EXIT_DIFFERENT_ANSWERS;
  } finally {
    undoAll();
  }
  if (process.exitCode) process.exit();
}

await runProgram(benchCommand(run), () => process.argv.slice(2), EXIT_USAGE);
