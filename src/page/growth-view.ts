import { diffOf } from '../merge/insight/diff.js';
import { INSIGHT_KEYS } from '../merge/insight/insight-keys.js';
import { keyCells } from '../merge/insight/tables.js';
import { formatBytes } from '../merge/writers/format-bytes.js';
import { groupedNumber } from '../merge/writers/number-text.js';
import { sparkline } from '../merge/writers/sparkline.js';
import { element } from './elements.js';
import { amount, choice, type Scene, stackCell, table, type View } from './view.js';

/** What changed between snapshots: born, freed, and a verdict. */
export const GROWTH: View = { id: 'growth', label: 'Growth', draw };

const DEFAULT_KEY = 'caller';

function draw(scene: Scene): Node {
  const { state, snapshots, pageBytes } = scene;
  const name = state.by.split(',')[0] || DEFAULT_KEY;
  const by = INSIGHT_KEYS.filter((key) => key.name === name);
  const { rows } = diffOf(snapshots, { by, selection: {}, ignoreOffsets: false });
  const growth = (pages: readonly number[]): number => (pages.at(-1) as number) - (pages[0] as number);
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'tools' },
      choice(
        'Group by',
        name,
        INSIGHT_KEYS.filter((key) => key.name !== 'dump').map((key) => [key.name, key.name]),
        (value) => scene.go({ by: value, sort: '' }),
      ),
    ),
    element('p', {}, `From ${snapshots.map(({ path }) => path).join(' to ')}.`),
    table(
      'The most suspect first',
      rows,
      [
        {
          name: 'verdict',
          value: ({ verdict }) => verdict,
          cell: ({ verdict }) => element('span', { class: `verdict ${verdict}` }, verdict),
        },
        {
          name: 'growth',
          numeric: true,
          value: ({ pages }) => growth(pages),
          cell: ({ pages }) => signed(growth(pages), pageBytes),
        },
        {
          name: 'now',
          numeric: true,
          value: ({ pages }) => pages.at(-1) as number,
          cell: ({ pages }) => amount(pages.at(-1) as number, scene),
        },
        {
          name: 'over time',
          cell: ({ pages }) => element('span', { class: 'spark', 'aria-hidden': 'true' }, sparkline(pages)),
        },
        {
          name: 'pages per hour',
          numeric: true,
          value: ({ pages_per_hour }) => pages_per_hour ?? 0,
          cell: ({ pages_per_hour }) => (pages_per_hour === null ? '' : groupedNumber(pages_per_hour)),
        },
        { name: 'born', numeric: true, cell: ({ intervals }) => sumText(intervals, 'born') },
        { name: 'freed', numeric: true, cell: ({ intervals }) => sumText(intervals, 'freed') },
        {
          name,
          isName: true,
          cell: ({ key }) =>
            name === 'stack'
              ? stackCell(key.stack as readonly string[] | null, scene.frames, scene)
              : keyCells(key)
                  .map((cell) => String(cell ?? '(none)'))
                  .join(', '),
        },
      ],
      scene,
    ),
  );
}

function signed(pages: number, pageBytes: number): string {
  return `${pages < 0 ? '−' : '+'}${formatBytes(Math.abs(pages) * pageBytes)}`;
}

/** Pages over all intervals; `≤` where only a bound of one is known, `?` where nothing is. */
function sumText(intervals: ReturnType<typeof diffOf>['rows'][number]['intervals'], what: 'born' | 'freed'): string {
  let sum = 0;
  let isBound = false;
  for (const interval of intervals) {
    const most = interval[`${what}_pages_max`];
    const known = most ?? interval[`${what}_pages`];
    if (known == null) return '?';
    isBound ||= most !== undefined;
    sum += known;
  }
  return `${isBound ? '≤ ' : ''}${groupedNumber(sum)}`;
}
