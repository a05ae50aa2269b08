import { fragOf, knowsPlaces } from '../merge/insight/frag.js';
import { mixedType, type Pageblock, pageblockOrderOf, pageblocksOf, typeOf } from '../merge/insight/pageblocks.js';
import { drawingOn, legend, OTHER_COLOUR } from './canvas.js';
import { element } from './elements.js';
import { amount, choice, link, percent, type Scene, section, stackCell, table, type View } from './view.js';

/** Every pageblock a cell; who spoils them. */
export const MAP: View = { id: 'map', label: 'Physical map', draw };

const CELL = 12;
const TYPE_COLOURS: Readonly<Record<string, string>> = {
  Unmovable: '#e15759',
  Movable: '#4e79a7',
  Reclaimable: '#59a14f',
  HighAtomic: '#b07aa1',
  CMA: '#76b7b2',
  Isolate: '#9c755f',
};
/** A zone as large as this has its pageblocks in cells; beyond, a map tells nothing that the table does not. */
const MOST_CELLS = 200_000;

function draw(scene: Scene): Node {
  const { state, snapshot, whole } = scene;
  if (!knowsPlaces(whole.aggregate))
    return element('p', { class: 'empty' }, 'This snapshot does not say where pages are.');
  const order = pageblockOrderOf(whole.aggregate.facts);
  const zones = byZone(pageblocksOf(snapshot.aggregate.rows, order));
  const frag = fragOf(snapshot, { selection: {}, ignoreOffsets: false });
  const tip = element(
    'p',
    { class: 'tip', 'aria-live': 'polite' },
    'Point at a pageblock to see what is in it; click to show only that.',
  );
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'tools' },
      choice(
        'Colour',
        state.colour,
        [
          ['', 'migrate type, mixed ones marked'],
          ['occupancy', 'how full'],
        ],
        (value) => scene.go({ colour: value }),
      ),
      state.pageblock ? link('Show all pageblocks', () => scene.go({ pageblock: '' })) : null,
    ),
    legendOf(state.colour === 'occupancy'),
    ...[...zones].map(([name, pageblocks]) => section(`Pageblocks of ${name}`, zoneMap(pageblocks, order, scene, tip))),
    tip,
    section(
      'Stacks in pageblocks of another type',
      table(
        'Those that spoil the most first',
        frag.offenders,
        [
          {
            name: 'could be freed',
            numeric: true,
            value: ({ blocks_freed }) => blocks_freed,
            cell: ({ blocks_freed }) => String(blocks_freed),
          },
          { name: 'mixes', numeric: true, value: ({ blocks }) => blocks, cell: ({ blocks }) => String(blocks) },
          { name: 'held', numeric: true, value: ({ pages }) => pages, cell: ({ pages }) => amount(pages, scene) },
          { name: 'type', cell: ({ migratetype }) => migratetype },
          { name: 'stack', isName: true, cell: ({ stack }) => stackCell(stack, scene.frames, scene) },
        ],
        scene,
      ),
    ),
    section(
      'Mixed pageblocks',
      table(
        'By zone and type',
        frag.zones,
        [
          { name: 'node', cell: ({ node }) => String(node ?? '?') },
          { name: 'zone', cell: ({ zone }) => String(zone ?? '?') },
          { name: 'seen', numeric: true, cell: ({ blocks }) => String(blocks) },
          ...Object.keys(frag.mixed).map((type) => ({
            name: type,
            numeric: true,
            cell: ({ mixed }: (typeof frag.zones)[number]) => String(mixed[type] ?? 0),
          })),
        ],
        scene,
      ),
    ),
  );
}

function byZone(pageblocks: readonly Pageblock[]): Map<string, Pageblock[]> {
  const zones = new Map<string, Pageblock[]>();
  for (const pageblock of pageblocks) {
    const name = `node ${pageblock.node || '?'}, zone ${pageblock.zone || '?'}`;
    const own = zones.get(name) ?? [];
    zones.set(name, own);
    own.push(pageblock);
  }
  return zones;
}

function zoneMap(pageblocks: readonly Pageblock[], order: number, scene: Scene, tip: HTMLElement): Node {
  const first = (pageblocks[0] as Pageblock).number;
  const cells = (pageblocks.at(-1) as Pageblock).number - first + 1;
  if (cells > MOST_CELLS) return element('p', {}, `${cells} pageblocks are too many for a map.`);
  const canvas = element('canvas', {
    class: 'map',
    role: 'img',
    'aria-label': `${pageblocks.length} pageblocks. The tables below tell which are mixed, and by whom.`,
  });
  const byNumber = new Map(pageblocks.map((pageblock) => [pageblock.number, pageblock]));
  const columns = (): number => Math.max(1, Math.floor(canvas.clientWidth / CELL));
  const paint = (): void => {
    const drawing = drawingOn(canvas, Math.ceil(cells / columns()) * CELL);
    if (!drawing) return;
    const { context } = drawing;
    for (const pageblock of pageblocks) {
      const cell = pageblock.number - first;
      const [x, y] = [(cell % columns()) * CELL, Math.floor(cell / columns()) * CELL];
      context.fillStyle =
        scene.state.colour === 'occupancy'
          ? occupancyColour(usedOf(pageblock) / 2 ** order)
          : (TYPE_COLOURS[typeOf(pageblock)] ?? OTHER_COLOUR);
      context.fillRect(x, y, CELL - 1, CELL - 1);
      const mixed = scene.state.colour === 'occupancy' ? undefined : mixedType(pageblock);
      if (mixed === undefined) continue;
      context.fillStyle = '#fff';
      context.fillRect(x + 3, y + 3, CELL - 7, CELL - 7);
    }
  };
  const at = ({ offsetX, offsetY }: MouseEvent): Pageblock | undefined =>
    offsetX < columns() * CELL
      ? byNumber.get(first + Math.floor(offsetY / CELL) * columns() + Math.floor(offsetX / CELL))
      : undefined;
  canvas.addEventListener('mousemove', (event) => {
    const pageblock = at(event);
    if (pageblock) tip.replaceChildren(...contents(pageblock, order, scene));
  });
  canvas.addEventListener('click', (event) => {
    const pageblock = at(event);
    if (pageblock) scene.go({ pageblock: `${pageblock.node}/${pageblock.zone}/${pageblock.number}` });
  });
  new ResizeObserver(paint).observe(canvas);
  return canvas;
}

function usedOf({ pages }: Pageblock): number {
  return [...pages.values()].reduce((sum, count) => sum + count, 0);
}

/** What is in a pageblock: its PFNs, how full it is, and the callers with the most pages. */
function contents(pageblock: Pageblock, order: number, { frames }: Scene): Node[] {
  const each = 2 ** order;
  const from = pageblock.number * each;
  const callers = new Map<string, number>();
  for (const [row, pages] of pageblock.pages) {
    const caller = `${frames.caller(row.stack) ?? '(no stack)'} (${row.place.migratetype})`;
    callers.set(caller, (callers.get(caller) ?? 0) + pages);
  }
  const most = [...callers].sort(([, a], [, b]) => b - a).slice(0, 4);
  const text = `Pageblock ${pageblock.number}, PFN 0x${from.toString(16)} to 0x${(from + each - 1).toString(16)}, ${typeOf(pageblock)}${mixedType(pageblock) === undefined ? '' : ', mixed'}, ${percent(usedOf(pageblock) / each)} seen: `;
  return [element('span', {}, text + most.map(([caller, pages]) => `${caller} ${Math.round(pages)} pages`).join(', '))];
}

function occupancyColour(share: number): string {
  return `hsl(215 60% ${Math.round(88 - 55 * Math.min(1, share))}%)`;
}

function legendOf(isOccupancy: boolean): HTMLElement {
  if (!isOccupancy) return legend(Object.entries(TYPE_COLOURS), 'a white middle: mixed');
  return legend([0.1, 0.5, 1].map((share) => [percent(share), occupancyColour(share)]));
}
