import { overviewOf } from '../merge/insight/overview.js';
import { ageText } from '../merge/insight/tables.js';
import { cellText } from '../merge/writers/cell-text.js';
import { groupedNumber } from '../merge/writers/number-text.js';
import { type Cell, isNumeric, type ReportTable } from '../merge/writers/report.js';
import { inTenths, sparkline } from '../merge/writers/sparkline.js';
import { bar, element } from './elements.js';
import { amount, link, percent, type Scene, section, table, type View } from './view.js';

const MOST = 10;

/** First answers; each leads to the view that explains it. */
export const OVERVIEW: View = { id: 'overview', label: 'Overview', draw };

function draw(scene: Scene): Node {
  const { snapshots, pageBytes } = scene;
  const overview = overviewOf(snapshots, { selection: {}, ignoreOffsets: false, pageBytes });
  const { totals, newest_ns, kinds, callers, recent, mixed, offline_memcgs, suspects } = overview;
  const blocks = totals.blocks === null ? '' : ` in ${groupedNumber(totals.blocks)} blocks`;
  return element(
    'div',
    { class: 'overview' },
    element(
      'p',
      { class: 'total' },
      amount(totals.pages, scene),
      `: ${groupedNumber(totals.pages)} pages${blocks}${newest_ns === null ? '' : `, ${ageText(newest_ns)} after boot`}`,
    ),
    suspects &&
      section(
        'What grows',
        table(
          'Callers that grow, the most suspect first',
          suspects.slice(0, MOST),
          [
            { name: 'verdict', cell: ({ verdict }) => link(verdict, () => scene.go({ view: 'growth' })) },
            {
              name: 'growth',
              numeric: true,
              cell: ({ pages }) => amount((pages.at(-1) as number) - (pages[0] as number), scene),
            },
            {
              name: 'over time',
              cell: ({ pages }) => element('span', { class: 'spark', 'aria-hidden': 'true' }, sparkline(pages)),
            },
            { name: 'caller', isName: true, cell: ({ key }) => callerLink(key.caller as string | null, scene) },
          ],
          scene,
        ),
      ),
    section(
      'What the memory is for',
      table(
        'Kinds of memory',
        kinds,
        [
          { name: 'held', numeric: true, cell: ({ pages }) => amount(pages, scene) },
          { name: 'share', numeric: true, cell: ({ share }) => percent(share) },
          { name: '', cell: ({ share }) => bar(share) },
          {
            name: 'kind',
            isName: true,
            cell: ({ kind }) => link(kind, () => scene.go({ view: 'flame', kind, zoom: '' }), 'show only this kind'),
          },
        ],
        scene,
      ),
    ),
    section(
      'Who holds the most',
      table(
        'Callers with the most pages',
        callers.slice(0, MOST),
        [
          { name: 'held', numeric: true, cell: ({ pages }) => amount(pages, scene) },
          { name: 'share', numeric: true, cell: ({ share }) => percent(share) },
          {
            name: 'boot → now',
            cell: ({ pages_by_time }) =>
              element('span', { class: 'spark', 'aria-hidden': 'true' }, sparkline(inTenths(pages_by_time))),
          },
          { name: 'caller', isName: true, cell: ({ caller }) => callerLink(caller, scene) },
          { name: 'kind', cell: ({ kind }) => kind },
        ],
        scene,
      ),
    ),
    recent &&
      newest_ns !== null &&
      section(
        'Allocated lately',
        element(
          'p',
          {},
          amount(recent.pages, scene),
          ` are alive that were allocated in the last ${ageText(newest_ns - BigInt(Math.trunc(recent.since_ns)))}: `,
          link('show only these', () =>
            scene.go({ view: 'flame', from: String(Math.trunc(recent.since_ns)), zoom: '' }),
          ),
        ),
      ),
    mixed &&
      section(
        'Fragmentation',
        element(
          'p',
          {},
          link(
            `${Object.values(mixed.by_type).reduce((sum, count) => sum + count, 0)} of ${mixed.pageblocks} pageblocks are mixed`,
            () => scene.go({ view: 'map' }),
          ),
          mixed.worst
            ? `; the worst is ${mixed.worst.caller ?? 'a block without a stack'}, in ${mixed.worst.blocks} of them`
            : '',
        ),
      ),
    scene.meminfo && section('Against /proc/meminfo', reportTable(scene.meminfo, scene)),
    offline_memcgs.largest &&
      section(
        'Offline cgroups',
        element(
          'p',
          {},
          `${offline_memcgs.memcgs} were removed but hold `,
          amount(offline_memcgs.pages, scene),
          '; the largest is ',
          link(offline_memcgs.largest.memcg, () =>
            scene.go({ view: 'table', text: offline_memcgs.largest?.memcg ?? '' }),
          ),
        ),
      ),
  );
}

/** A table that was made when the report was written. */
function reportTable({ title, columns, rows, notes }: ReportTable, scene: Scene): HTMLElement {
  const shown = columns.map((column, i) => ({
    name: column.name,
    numeric: isNumeric(column),
    cell: (row: readonly Cell[]) => cellText(row[i] ?? null, column.kind, ' '),
  }));
  return element(
    'div',
    {},
    table(title, rows, shown, scene),
    ...notes.map((note) => element('p', { class: 'paths' }, note)),
  );
}

function callerLink(caller: string | null, scene: Scene): Node | string {
  if (caller === null) return '(no stack)';
  return link(caller, () => scene.go({ view: 'flame', text: caller, zoom: '' }), 'show only stacks with this function');
}
