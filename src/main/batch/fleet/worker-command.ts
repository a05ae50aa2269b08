import { Command, Option } from 'commander';
import type { WorkerValues } from './worker-plan.js';

/** The command that reads dumps for batches of other hosts. */
export function workerCommand(): Command {
  const command = new Command('worker')
    .description(
      'Reads dumps for batches that were begun with --queue, on this host or others, until it is told to end.',
    )
    .usage('--queue URL [OPTIONS]')
    .helpOption('-h, --help', 'show this help')
    .addOption(new Option('--queue <URL>', 'redis://HOST/DB, rediss://… or postgres://HOST/DATABASE; @FILE has it'))
    .addOption(new Option('--name <NAME>', 'in logs, metrics and queue status (default: host and process)'))
    .addOption(new Option('--threads <N>', 'dumps that are read at the same time (default: one for each CPU)'))
    .addOption(
      new Option('--max-memory <BYTES>', 'limit for the whole worker, also as 512M, 4G (default: half of the memory)'),
    )
    .addOption(new Option('--chunk-size <BYTES>', 'bytes in a chunk, also as 64K, 4M (default: 4M)'))
    .addOption(
      new Option(
        '--stalled <SECONDS>',
        'silent for so long, a worker is taken for dead; the same for all workers (default: 30)',
      ),
    )
    .addOption(
      new Option('--grace <SECONDS>', 'after SIGTERM or SIGINT, wait this long for dumps in progress (default: 60)'),
    )
    .addOption(
      new Option('--metrics <FILE>', "OpenMetrics text, for node_exporter's textfile collector (docs/metrics.md)"),
    )
    .addOption(
      new Option('--log <FORM>', 'on stderr: text, warnings and errors (default); json, every dump').choices([
        'text',
        'json',
      ]),
    )
    .addHelpText(
      'after',
      `
Examples:
  pageowner worker --queue redis://queue.example/0 --threads 8
  pageowner worker --queue @/etc/pageowner/queue --log json --metrics /var/lib/node_exporter/pageowner.prom

The dumps and the folder of results must have the same paths here as where the batch runs.
`,
    );
  command.action(async () => {
    const [{ planWorker }, { runWorker }] = await Promise.all([import('./worker-plan.js'), import('./run-worker.js')]);
    await runWorker(planWorker(command.opts() as WorkerValues));
  });
  return command;
}
