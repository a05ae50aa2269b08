import { damageOf } from '../merge/insight/damage-lines.js';
import { Frames } from '../merge/insight/insight-keys.js';
import { pagesOfRows, type Snapshot } from '../merge/insight/snapshot.js';
import { formatBytes } from '../merge/writers/format-bytes.js';
import { groupedNumber } from '../merge/writers/number-text.js';
import { AGE } from './age-view.js';
import { bar, element } from './elements.js';
import { filtered } from './filter.js';
import { FLAME } from './flame-view.js';
import { GROWTH } from './growth-view.js';
import { MAP } from './map-view.js';
import { OVERVIEW } from './overview-view.js';
import { type Unpacked, unpack } from './page-data.js';
import { TABLE } from './table-view.js';
import { amount, link, percent, type Scene, type View } from './view.js';
import { hashOf, NO_FILTER, stateOf, type ViewState } from './view-state.js';

/** The report's page: one filter above, and views of what passes it. */

const VIEWS: readonly View[] = [OVERVIEW, FLAME, TABLE, AGE, MAP, GROWTH];

const KEYS: readonly (readonly [key: string, what: string])[] = [
  ['1 … 6', 'a view'],
  ['/', 'filter'],
  ['Escape', 'leave the filter; in the flame graph, the whole graph'],
  ['arrows, Enter', 'in the flame graph: choose a frame, zoom'],
  ['x', 'take the filter away'],
  ['?', 'these keys'],
];

class Page {
  private readonly data: Unpacked;
  private readonly frames = new Frames({ ignoreOffsets: false });
  private readonly main = element('main', { id: 'view', tabindex: -1 });
  private readonly nav = element('nav', { 'aria-label': 'Views' });
  private readonly passing = element('div', { class: 'passing', 'aria-live': 'polite' });
  private readonly search = element('input', {
    type: 'search',
    placeholder: 'function, module, command, kind or cgroup',
    'aria-label': 'Filter',
  });
  private readonly keys = element('dialog', { 'aria-label': 'Keys' });
  private passed: { readonly filter: string; readonly snapshots: readonly [Snapshot, ...Snapshot[]] } | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(data: Unpacked) {
    this.data = data;
  }

  start(): void {
    const { data } = this;
    const names = data.snapshots.map(({ path }) => path).join(' → ');
    document.title = data.title;
    document.body.replaceChildren(
      element(
        'header',
        {},
        element('h1', {}, data.title),
        element('p', { class: 'paths' }, names),
        data.summed && element('p', { class: 'paths' }, summedText(data.summed, data.pageBytes)),
        ...damageLines(data),
        this.nav,
        element(
          'div',
          { class: 'tools' },
          this.search,
          link('Keys', () => this.keys.showModal(), 'which keys there are'),
        ),
        this.passing,
      ),
      this.main,
      element('footer', {}, `pageowner ${data.version}. This page sends and fetches nothing.`),
      this.keys,
    );
    const list = KEYS.flatMap(([key, what]) => [element('dt', {}, key), element('dd', {}, what)]);
    this.keys.append(
      element('h2', {}, 'Keys'),
      element('dl', {}, ...list),
      element('button', { type: 'button', onclick: () => this.keys.close() }, 'Close'),
    );
    this.search.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.go({ text: this.search.value, zoom: '' }), 150);
    });
    window.addEventListener('hashchange', () => this.show());
    document.addEventListener('keydown', (event) => this.onKey(event));
    this.show();
  }

  private go(change: Partial<ViewState>): void {
    const hash = hashOf({ ...stateOf(location.hash), ...change });
    if (hash === location.hash || (hash === '#' && location.hash === '')) return;
    location.hash = hash;
  }

  private views(): readonly View[] {
    return VIEWS.filter((view) => view !== GROWTH || this.data.snapshots.length > 1);
  }

  private show(): void {
    const { data, frames } = this;
    const state = stateOf(location.hash);
    const snapshots = this.passingSnapshots(state);
    const scene: Scene = {
      state,
      snapshots,
      snapshot: snapshots.at(-1) as Snapshot,
      whole: data.snapshots.at(-1) as Snapshot,
      frames,
      pageBytes: data.pageBytes,
      meminfo: data.meminfo,
      go: (change) => this.go(change),
    };
    const view = this.views().find(({ id }) => id === state.view) ?? OVERVIEW;
    this.nav.replaceChildren(
      ...this.views().map(({ id, label }) =>
        element(
          'button',
          {
            type: 'button',
            'aria-current': id === view.id ? 'page' : undefined,
            onclick: () => this.go({ view: id, sort: '' }),
          },
          label,
        ),
      ),
    );
    if (document.activeElement !== this.search) this.search.value = state.text;
    this.passing.replaceChildren(...this.filterLine(scene));
    this.main.replaceChildren(element('h2', { class: 'unseen' }, view.label), view.draw(scene));
  }

  /** The same objects while the filter stays: what a view has made of them can be kept. */
  private passingSnapshots(state: ViewState): readonly [Snapshot, ...Snapshot[]] {
    const filter = Object.keys(NO_FILTER)
      .map((name) => state[name as keyof ViewState])
      .join('\n');
    if (filter !== this.passed?.filter) {
      const snapshots = this.data.snapshots.map((snapshot) => filtered(snapshot, state, this.frames));
      this.passed = { filter, snapshots: snapshots as [Snapshot, ...Snapshot[]] };
    }
    return this.passed.snapshots;
  }

  /** What passes the filter, and how to take each part of it away. */
  private filterLine(scene: Scene): Node[] {
    const { text, kind, from, to, pageblock } = scene.state;
    const parts: [string, Partial<ViewState>][] = [
      ...(text ? ([[`“${text}”`, { text: '' }]] as [string, Partial<ViewState>][]) : []),
      ...(kind ? ([[kind, { kind: '' }]] as [string, Partial<ViewState>][]) : []),
      ...(from || to ? ([['a span of time', { from: '', to: '' }]] as [string, Partial<ViewState>][]) : []),
      ...(pageblock
        ? ([[`pageblock ${pageblock.split('/')[2] ?? ''}`, { pageblock: '' }]] as [string, Partial<ViewState>][])
        : []),
    ];
    if (parts.length === 0) return [];
    const pages = pagesOfRows(scene.snapshot.aggregate.rows);
    const all = pagesOfRows(scene.whole.aggregate.rows);
    const share = all === 0 ? 0 : pages / all;
    return [
      element('span', {}, 'Filter: '),
      ...parts.map(([name, change]) => link(`${name} ✕`, () => this.go(change), 'take this away')),
      element('span', {}, ' ', amount(pages, scene), `, ${percent(share)} of all `),
      bar(share),
      element('span', {}, unknownOf(scene.state)),
    ];
  }

  private onKey(event: KeyboardEvent): void {
    const isTyping =
      event.target instanceof HTMLInputElement ||
      event.target instanceof HTMLSelectElement ||
      event.target instanceof HTMLTextAreaElement;
    if (event.key === 'Escape' && event.target === this.search) this.search.blur();
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || this.keys.open) return;
    const view = this.views()[Number(event.key) - 1];
    if (view) this.go({ view: view.id, sort: '' });
    else if (event.key === '/') this.search.focus();
    else if (event.key === 'x') this.go(NO_FILTER);
    else if (event.key === '?') this.keys.showModal();
    else return;
    event.preventDefault();
  }
}

/** Times and pageblocks of a stack's blocks are counted apart. */
function unknownOf({ view, from, to, pageblock }: ViewState): string {
  const hasSpan = from !== '' || to !== '';
  if (hasSpan && pageblock) return ' at most: times and pageblocks are counted apart.';
  if (hasSpan && view === 'map') return ' The map has all pageblocks of stacks with blocks of that time.';
  return pageblock && view === 'age' ? ' Ages are of all blocks of stacks that are in this pageblock.' : '';
}

/** What is wrong with each snapshot. */
function damageLines({ snapshots }: Unpacked): HTMLElement[] {
  return snapshots.flatMap(({ path, aggregate }) =>
    damageOf(aggregate.facts).map((line) => element('p', { class: 'damage' }, `${path}: ${line}`)),
  );
}

function summedText({ stacks, pages }: NonNullable<Unpacked['summed']>, pageBytes: number): string {
  const small =
    stacks > 0
      ? `; the ${groupedNumber(stacks)} smallest stacks, ${formatBytes(pages * pageBytes)} in all, are summed by kind`
      : '';
  return `To keep this file small, tasks and cgroups are not told apart${small}.`;
}

async function start(): Promise<void> {
  const packed = document.getElementById('data')?.textContent ?? '';
  try {
    new Page(await unpack(packed.trim())).start();
  } catch (error) {
    document.body.replaceChildren(
      element(
        'p',
        { role: 'alert' },
        `This report cannot be shown: ${String(error)}. It may be cut off, or the browser be older than the middle of 2024.`,
      ),
    );
  }
}

void start();
