import type { Frames } from '../merge/insight/insight-keys.js';
import type { Snapshot } from '../merge/insight/snapshot.js';
import { formatBytes } from '../merge/writers/format-bytes.js';
import { groupedNumber } from '../merge/writers/number-text.js';
import type { ReportTable } from '../merge/writers/report.js';
import { element } from './elements.js';
import type { ViewState } from './view-state.js';

/** What a view draws from. */
export interface Scene {
  readonly state: ViewState;
  /** What passes the filter; the earliest first. */
  readonly snapshots: readonly [Snapshot, ...Snapshot[]];
  /** The last of them. */
  readonly snapshot: Snapshot;
  /** The last one without a filter. */
  readonly whole: Snapshot;
  readonly frames: Frames;
  readonly pageBytes: number;
  readonly meminfo: ReportTable | null;
  /** Shows another state: a step that the browser's back button undoes. */
  go(change: Partial<ViewState>): void;
}

export interface View {
  readonly id: string;
  readonly label: string;
  draw(scene: Scene): Node;
}

/** `1.5 GiB`, with the exact figures on hover. */
export function amount(pages: number, { pageBytes }: Scene): HTMLElement {
  const exact = `${groupedNumber(pages)} pages, ${groupedNumber(pages * pageBytes)} bytes`;
  return element('span', { title: exact, class: 'amount' }, formatBytes(pages * pageBytes));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Text that acts: a name that leads to another view. */
export function link(text: string, act: () => void, title?: string): HTMLElement {
  return element('button', { type: 'button', class: 'link', title, onclick: act }, text);
}

export function section(title: string, ...children: (Node | string | null)[]): HTMLElement {
  return element('section', {}, element('h2', {}, title), ...children);
}

interface Column<Row> {
  readonly name: string;
  readonly numeric?: boolean;
  /** Whether it says what the row is about: on a narrow screen it comes first. */
  readonly isName?: boolean;
  /** Also the id of its order, if it can be sorted by. */
  readonly value?: (row: Row) => number | string;
  readonly cell: (row: Row) => Node | string | null;
}

const SHOWN = 200;
const NARROW = '(max-width: 600px)';

/** A table that is sorted by any of its columns; the order is in the state. */
export function table<Row>(
  caption: string,
  rows: readonly Row[],
  given: readonly Column<Row>[],
  scene: Scene,
): HTMLElement {
  if (rows.length === 0) return element('p', { class: 'empty' }, 'Nothing to show.');
  const columns = matchMedia(NARROW).matches
    ? [...given].sort((a, b) => Number(b.isName ?? 0) - Number(a.isName ?? 0))
    : given;
  const [, descends, name = ''] = /^(-?)(.*)$/.exec(scene.state.sort) ?? [];
  const sorting = columns.find((column) => column.value && column.name === name);
  const value = sorting?.value;
  const sorted = value
    ? [...rows].sort((a, b) => (descends ? compare(value(b), value(a)) : compare(value(a), value(b))))
    : rows;
  const heads = columns.map((column) => {
    const isSorted = column === sorting;
    const order = isSorted ? (descends ? 'descending' : 'ascending') : undefined;
    const next = isSorted && descends ? column.name : `-${column.name}`;
    const label = column.value
      ? link(`${column.name}${isSorted ? (descends ? ' ↓' : ' ↑') : ''}`, () => scene.go({ sort: next }))
      : column.name;
    return element('th', { scope: 'col', class: column.numeric ? 'number' : undefined, 'aria-sort': order }, label);
  });
  const body = element('tbody');
  const add = (some: readonly Row[]): void => {
    for (const row of some)
      body.append(
        element(
          'tr',
          {},
          ...columns.map(({ cell, numeric }) => element('td', { class: numeric ? 'number' : undefined }, cell(row))),
        ),
      );
  };
  add(sorted.slice(0, SHOWN));
  const more =
    sorted.length > SHOWN
      ? element(
          'button',
          {
            type: 'button',
            onclick: () => {
              add(sorted.slice(SHOWN));
              more?.remove();
            },
          },
          `${sorted.length - SHOWN} more rows`,
        )
      : null;
  const made = element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, ...heads)),
    body,
  );
  return element('div', { class: 'scrolls', tabindex: 0, role: 'region', 'aria-label': caption }, made, more);
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A stack that opens: its caller, then all frames. */
export function stackCell(stack: readonly string[] | null, frames: Frames, scene: Scene): Node | string {
  if (!stack || stack.length === 0) return '(no stack)';
  const names = frames.names(stack);
  return element(
    'details',
    {},
    element('summary', {}, frames.caller(stack) ?? (names[0] as string)),
    element(
      'ol',
      { class: 'stack' },
      ...stack.map((line, i) =>
        element(
          'li',
          {},
          link(line, () => scene.go({ view: 'table', symbol: names[i] as string }), 'its callers and callees'),
        ),
      ),
    ),
  );
}

/** A choice of a few, with a label. */
export function choice(
  label: string,
  value: string,
  options: readonly (readonly [value: string, label: string])[],
  choose: (value: string) => void,
): HTMLElement {
  const select = element(
    'select',
    { onchange: () => choose(select.value) },
    ...options.map(([id, name]) => element('option', { value: id, selected: id === value }, name)),
  );
  return element('label', {}, `${label} `, select);
}
