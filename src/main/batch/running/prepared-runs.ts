import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { type Handles, resolveHandles } from '../../../merge/aggregate/stacks-aggregate.js';
import type { Snapshot } from '../../../merge/insight/snapshot.js';
import type { ScanPlan } from '../../../workers/task.js';
import { PageownerError } from '../../base/errors.js';
import { ageReport } from '../../insight/age-command.js';
import { diffReport } from '../../insight/diff-command.js';
import { exportOf } from '../../insight/export-command.js';
import { fragReport } from '../../insight/frag-command.js';
import { formatOf, type Values } from '../../insight/insight-options.js';
import { overviewReport } from '../../insight/overview-command.js';
import { pageOf, titleOf } from '../../insight/report-command.js';
import type { ReportOf } from '../../insight/run-report.js';
import { topReport } from '../../insight/top-command.js';
import { treeReport } from '../../insight/tree-command.js';
import { reportPieces } from '../../insight/write-report.js';
import { loadHandles } from '../../reading/load-snapshot.js';
import { PAGEOWNER_SORT, sortOptionsOf } from '../../sorting/sort-command.js';
import { planSort } from '../../sorting/sort-options.js';
import { type NamedRun, type Run, runError } from './typed-runs.js';

/** A run whose options are read and checked. */
export type PreparedRun = {
  readonly typed: string;
  readonly file: string;
} & (
  | { readonly kind: 'sort'; readonly plan: ScanPlan }
  | {
      readonly kind: 'report';
      /** Whether the night before is of no use to it, is shown if it is there, or must be there. */
      readonly before: 'unused' | 'shown' | 'needed';
      /** Whether blocks that were released are left out: then the dump is aggregated twice. */
      readonly withoutReleased: boolean;
      readonly handles: Handles;
      readonly pieces: (snapshot: Snapshot, before?: Snapshot) => Promise<Iterable<Uint8Array>>;
    }
);

/** How the name of a run's file ends, where none is given. Throws a usage error for options that have no meaning: all that can be known before a dump is there. */
export function endOf(run: Run): string {
  try {
    if (run.command === 'sort') {
      sortPlan(run);
      return '.txt';
    }
    if (run.command === 'export') return exportOf(withoutOutput(run)).ends;
    if (run.command === 'report') {
      pageOf(run.values);
      return '.html';
    }
    reportOf(run);
    const format = formatOf(run.values);
    return format === 'text' ? '.txt' : `.${format}`;
  } catch (error) {
    throw error instanceof PageownerError ? runError(run.typed, error.message) : error;
  }
}

/** Makes a run ready, for any number of dumps. `cwd`: where its paths are seen from. Throws a PageownerError if what else it reads cannot be read. */
export async function prepare(run: NamedRun, cwd: string): Promise<PreparedRun> {
  const { typed, file, values } = run;
  if (run.command === 'sort') return { typed, file, kind: 'sort', plan: sortPlan(run) };
  const handles = values.stacks === undefined ? new Map() : await loadHandles(resolve(cwd, values.stacks as string));
  const shared = { typed, file, kind: 'report', withoutReleased: values.f === true, handles } as const;
  if (run.command === 'export') {
    const exported = exportOf(withoutOutput(run));
    return { ...shared, before: 'unused', pieces: ({ aggregate, path }) => exported.of(aggregate, path) };
  }
  if (run.command === 'report') {
    const page = pageOf(values);
    return {
      ...shared,
      before: 'shown',
      // The night before is a saved aggregate, whose name says nothing.
      pieces: async (snapshot, before) => page(before ? [before, snapshot] : [snapshot], titleOf([snapshot])),
    };
  }
  const report = reportOf(run);
  const format = formatOf(values);
  return {
    ...shared,
    before: run.command === 'diff' ? 'needed' : 'unused',
    pieces: async (snapshot, before) => reportPieces(before ? report(before, snapshot) : report(snapshot), format),
  };
}

/** The aggregate as a run wants it. */
export function withStacks(snapshot: Snapshot, handles: Handles): Snapshot {
  return { ...snapshot, aggregate: resolveHandles(snapshot.aggregate, handles) };
}

const REPORTS: Readonly<Record<string, (values: Values) => ReportOf>> = {
  overview: overviewReport,
  top: topReport,
  tree: treeReport,
  age: ageReport,
  frag: fragReport,
  diff: diffReport,
};

function reportOf({ command, values }: Run): ReportOf {
  const report = REPORTS[command];
  if (!report) throw new Error(`internal error: ${command} is no report`);
  return report(values);
}

/** The form of an export is that of its option or its own file's name, never of standard output. */
function withoutOutput({ values }: Run): Values {
  return values.to === undefined && values.output === undefined ? { ...values, to: 'parquet' } : values;
}

function sortPlan({ values }: Run): ScanPlan {
  const { output: _, ...sorting } = values;
  return planSort({ ...sortOptionsOf(PAGEOWNER_SORT, sorting), input: '-', output: '-', tmpDir: tmpdir() }).scan;
}
