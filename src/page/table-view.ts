import { INSIGHT_KEYS, type InsightKey, type KeyValue } from '../merge/insight/insight-keys.js';
import { newestOf } from '../merge/insight/snapshot.js';
import { ageText, keyCells, keyColumns } from '../merge/insight/tables.js';
import { type TopRow, topOf } from '../merge/insight/top.js';
import { groupedNumber } from '../merge/writers/number-text.js';
import { writeCsv } from '../merge/writers/table-csv.js';
import { element } from './elements.js';
import { amount, choice, link, percent, type Scene, section, stackCell, table, type View } from './view.js';

/** Groups by any keys of `top`; for one function, its callers and callees. */
export const TABLE: View = { id: 'table', label: 'Table', draw };

const DEFAULT_KEY = 'caller';

function draw(scene: Scene): Node {
  const { state, snapshot, pageBytes } = scene;
  const names = (state.by || DEFAULT_KEY).split(',');
  const by = names.flatMap((name) => INSIGHT_KEYS.find((key) => key.name === name) ?? []);
  const top = topOf(snapshot, {
    by: by.length > 0 ? by : keyNamed(DEFAULT_KEY),
    selection: {},
    ignoreOffsets: false,
    pageBytes,
  });
  const newest = newestOf(snapshot.aggregate);
  const fields = Object.keys(top.rows[0]?.key ?? {});
  const age = (ns: bigint | null): string => (ns === null || newest === null ? '' : ageText(newest - ns));
  const options = (without?: string): [string, string][] =>
    INSIGHT_KEYS.filter(({ name }) => name !== without && name !== 'dump').map(({ name }) => [name, name]);
  const regroup = (first: string, second: string): void =>
    scene.go({ by: second && second !== first ? `${first},${second}` : first, sort: '' });
  const copied = element('span', { role: 'status' });
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'tools' },
      choice('Group by', names[0] ?? DEFAULT_KEY, options(), (value) => regroup(value, names[1] ?? '')),
      choice('and', names[1] ?? '', [['', '(nothing)'], ...options(names[0])], (value) =>
        regroup(names[0] ?? DEFAULT_KEY, value),
      ),
      element(
        'button',
        { type: 'button', onclick: () => void copy(csvOf(top.rows)).then((text) => copied.replaceChildren(text)) },
        'Copy as CSV',
      ),
      copied,
    ),
    state.symbol ? sandwich(state.symbol, scene) : null,
    table(
      `By ${top.by.join(', ')}`,
      top.rows,
      [
        { name: 'held', numeric: true, value: ({ pages }) => pages, cell: ({ pages }) => amount(pages, scene) },
        { name: 'share', numeric: true, cell: ({ share }) => percent(share) },
        {
          name: 'blocks',
          numeric: true,
          value: ({ blocks }) => blocks ?? 0,
          cell: ({ blocks }) => (blocks === null ? '' : groupedNumber(blocks)),
        },
        {
          name: 'oldest',
          numeric: true,
          value: ({ oldest_ns }) => -Number(oldest_ns ?? 0n),
          cell: ({ oldest_ns }) => age(oldest_ns),
        },
        {
          name: 'youngest',
          numeric: true,
          value: ({ newest_ns }) => -Number(newest_ns ?? 0n),
          cell: ({ newest_ns }) => age(newest_ns),
        },
        ...fields.map((field) => ({
          name: field,
          isName: true,
          value: ({ key }: TopRow) => textOf(key[field] ?? null),
          cell: ({ key }: TopRow) => keyCell(field, key[field] ?? null, scene),
        })),
      ],
      scene,
    ),
  );
}

function keyNamed(name: string): InsightKey[] {
  return INSIGHT_KEYS.filter((key) => key.name === name);
}

function keyCell(field: string, value: KeyValue, scene: Scene): Node | string {
  if (field === 'stack') return stackCell(value as readonly string[] | null, scene.frames, scene);
  const text = textOf(value);
  if (field === 'symbol' || field === 'caller')
    return value === null ? '(no stack)' : link(text, () => scene.go({ symbol: text }), 'its callers and callees');
  return text;
}

function textOf(value: KeyValue): string {
  return String(keyCells({ value })[0] ?? '(none)');
}

function csvOf(rows: readonly TopRow[]): string {
  const columns = [
    { name: 'pages', kind: 'number' },
    { name: 'bytes', kind: 'number' },
    { name: 'blocks', kind: 'number' },
    ...keyColumns(rows[0]?.key ?? {}),
  ] as const;
  return [
    ...writeCsv({
      title: '',
      columns,
      rows: rows.map(({ pages, bytes, blocks, key }) => [pages, bytes, blocks, ...keyCells(key)]),
      notes: [],
    }),
  ].join('');
}

/** Returns what to say of it. Pages from a disk may not be given the clipboard; a selection can still be copied. */
async function copy(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element('textarea', { readonly: true, 'aria-label': 'CSV' });
    area.value = text;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand('copy');
    area.remove();
    if (!isCopied) return 'The browser does not let this page copy.';
  }
  return 'Copied.';
}

/** For a function: who calls it and what it calls, with the pages of stacks that have both. */
function sandwich(symbol: string, scene: Scene): HTMLElement {
  const callers = new Map<string, number>();
  const callees = new Map<string, number>();
  let total = 0;
  const add = (to: Map<string, number>, name: string, pages: number): void =>
    void to.set(name, (to.get(name) ?? 0) + pages);
  for (const { stack, pages } of scene.snapshot.aggregate.rows) {
    const names = scene.frames.names(stack);
    const places = names.flatMap((name, i) => (name === symbol || name.startsWith(`${symbol} [`) ? [i] : []));
    if (places.length === 0) continue;
    total += pages;
    // A function that calls itself has each neighbour once.
    for (const name of new Set(places.map((i) => names[i + 1] ?? '(begins here)'))) add(callers, name, pages);
    for (const name of new Set(places.map((i) => names[i - 1] ?? '(ends here)'))) add(callees, name, pages);
  }
  const side = (title: string, names: ReadonlyMap<string, number>): HTMLElement =>
    table(
      title,
      [...names].sort(([, a], [, b]) => b - a),
      [
        { name: 'held', numeric: true, cell: ([, pages]) => amount(pages, scene) },
        { name: 'share', numeric: true, cell: ([, pages]) => percent(total === 0 ? 0 : pages / total) },
        {
          name: 'function',
          isName: true,
          cell: ([name]) => (name.startsWith('(') ? name : link(name, () => scene.go({ symbol: name }))),
        },
      ],
      scene,
    );
  return section(
    symbol,
    element(
      'p',
      {},
      amount(total, scene),
      ' were allocated through it. ',
      link('Close', () => scene.go({ symbol: '' })),
    ),
    element('div', { class: 'sides' }, side('Called by', callers), side('Calls', callees)),
  );
}
