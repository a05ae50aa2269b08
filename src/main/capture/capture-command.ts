import { Command, Option } from 'commander';
import type { CaptureValues } from './capture-plan.js';

/** The command that reads a running kernel's page_owner file. */
export function captureCommand(): Command {
  const command = new Command('capture')
    .description("Takes a dump of a running kernel's page_owner: by several threads, packed, whole.")
    .usage('-o FILE|FOLDER/|- [OPTIONS]')
    .helpOption('-h, --help', 'show this help')
    .addOption(
      new Option(
        '-o, --output <FILE>',
        'where the dump goes: packed if it ends with .zst or .gz; FOLDER/ for a bundle; -: standard output',
      ),
    )
    .addOption(
      new Option(
        '--bundle',
        'a folder: the dump, its aggregate, meminfo, pagetypeinfo, zoneinfo, slabinfo and others of the same moment',
      ),
    )
    .addOption(
      new Option(
        '--aggregate-only',
        'keep no text: parse while reading, and write the aggregate (Parquet), which all commands read',
      ),
    )
    .addOption(new Option('--from <PFN>', 'begin at this PFN, as 262144 or 0x40000'))
    .addOption(new Option('--to <PFN>', 'end before this PFN'))
    .addOption(new Option('--node <N,…>', 'only pages of these NUMA nodes, as 0,2-3'))
    .addOption(new Option('--pid <PID,…>', 'only pages that these process ids allocated, as 7,100-199'))
    .addOption(new Option('--tgid <TGID,…>', 'only pages that these thread group ids allocated'))
    .addOption(
      new Option(
        '--mode <WHAT>',
        'what records of a file have: their stack, its handle (from Linux 7.3 on; FILE.stacks names them), or both; for bundles and --aggregate-only: how stacks are read',
      ).choices(['stack', 'handle', 'stack_handle']),
    )
    .addOption(new Option('--every <TIME>', 'take several, begun so far apart: 30s, 10m, 1h; then print what grew'))
    .addOption(new Option('--count <N>', 'how many'))
    .addOption(new Option('--threads <N>', 'threads that read (default: one for each CPU)'))
    .addOption(new Option('--nice <N>', 'be nice to other processes, 0 to 19'))
    .addOption(new Option('--rate <BYTES>', 'read so many bytes of text in a second at most, also as 4M'))
    .addOption(new Option('--debugfs <FOLDER>', 'where debugfs is mounted (default: /sys/kernel/debug)'))
    .addOption(
      new Option(
        '--keep-partial',
        'when it is stopped, keep what was read, in a file or folder that ends with .partial',
      ),
    )
    .addOption(new Option('--force', 'also on a kernel of which it is known that reading page_owner crashes it'))
    .addOption(new Option('--no-progress', 'no progress line (there is none unless stderr is a terminal)'))
    .addHelpText(
      'after',
      `
Examples:
  sudo pageowner capture -o dump.txt.zst
  sudo pageowner capture --aggregate-only --every 10m --count 6 -o leak.parquet    then says what grew
  sudo pageowner capture --bundle -o host1-monday/
  sudo pageowner capture --node 0,2-3 --tgid 4711 -o dump.txt.zst
`,
    );
  command.action(async () => {
    const [{ planCapture }, { runCapture }] = await Promise.all([
      import('./capture-plan.js'),
      import('./run-capture.js'),
    ]);
    await runCapture(planCapture(command.opts() as CaptureValues));
  });
  return command;
}
