import { visible } from '../merge/writers/escape.js';
import { formatBytes } from '../merge/writers/format-bytes.js';
import { groupedNumber } from '../merge/writers/number-text.js';
import { callGraph, type GraphNode, layOut, matchedValue, nodeAt, type Placed, pathOf } from './call-graph.js';
import { drawingOn, legend } from './canvas.js';
import { element } from './elements.js';
import { type Colouring, growthColour, kindColours, MATCH_COLOUR, moduleColour } from './flame-colours.js';
import { choice, link, percent, type Scene, table, type View } from './view.js';

const ROW_PIXELS = 20;
const LEAST_PIXELS = 0.7;
const LEAST_PIXELS_WITH_TEXT = 24;
const SEPARATOR = '\n';
const COLOURINGS: readonly (readonly [id: Colouring, label: string])[] = [
  ['growth', 'growth'],
  ['module', 'module'],
  ['kind', 'kind'],
];

/** The call tree as a flame graph, on a canvas (docs/decisions/canvas-flame-graph.md). */
export const FLAME: View = { id: 'flame', label: 'Flame graph', draw };

let latest: { readonly given: readonly unknown[]; readonly root: GraphNode } | undefined;

/** The graph is kept from one zoom to the next. */
function graphOf(...given: Parameters<typeof callGraph>): GraphNode {
  const [first, last, , { inverted, unit, hasKinds }] = given;
  const now = [first, last, inverted, unit, hasKinds];
  if (!latest?.given.every((value, i) => value === now[i])) latest = { given: now, root: callGraph(...given) };
  return latest.root;
}

function draw(scene: Scene): Node {
  const { state, snapshots, snapshot, frames } = scene;
  const unit = state.unit === 'blocks' ? 'blocks' : 'pages';
  const inverted = state.inverted === '1';
  const compares = snapshots.length > 1;
  const colouring = COLOURINGS.find(([id]) => id === state.colour)?.[0] ?? (compares ? 'growth' : 'module');
  const hasKinds = colouring === 'kind';
  const root = graphOf(compares ? snapshots[0] : undefined, snapshot, frames, { inverted, unit, hasKinds });
  const zoomed = nodeAt(root, state.zoom ? state.zoom.split(SEPARATOR) : []);
  const zoomTo = (node: GraphNode): void => scene.go({ zoom: pathOf(node).join(SEPARATOR) });
  const told = (node: GraphNode): string => describe(node, root, scene, unit, compares);

  const canvas = element('canvas', {
    class: 'flame',
    tabindex: 0,
    role: 'img',
    'aria-label': `Flame graph of ${told(zoomed)}. The table below has the same figures.`,
  });
  const tip = element('p', { class: 'tip', 'aria-live': 'polite' }, told(zoomed));
  const kinds = kindColours(root);
  const colours: Readonly<Record<Colouring, (node: GraphNode) => string>> = {
    growth: growthColour,
    module: moduleColour,
    kind: kinds.colourOf,
  };
  const matched = element('span', { class: 'matched', 'aria-live': 'polite' });
  let found = state.find || state.text;
  const matches = ({ name }: GraphNode): boolean => found !== '' && name.toLowerCase().includes(found.toLowerCase());
  let placed: Placed[] = [];
  let selected = zoomed;
  const show = (): void => {
    placed = layOut(zoomed, LEAST_PIXELS / Math.max(1, canvas.clientWidth));
    paint(canvas, placed, selected, (node) => (matches(node) ? MATCH_COLOUR : colours[colouring](node)));
    tip.textContent = visible(told(selected));
  };
  const find = (text: string): void => {
    found = text || state.text;
    const value = matchedValue(zoomed, matches);
    const share = zoomed.value === 0 ? 0 : value / zoomed.value;
    matched.textContent = found ? `${valueText(value, unit, scene)}, ${percent(share)} of what is shown` : '';
    show();
  };
  const select = (node: GraphNode): void => {
    if (node === selected) return;
    selected = node;
    show();
  };
  const at = ({ offsetX, offsetY }: MouseEvent): GraphNode | undefined =>
    placed.find(({ x, width, row }) => {
      const share = offsetX / canvas.clientWidth;
      return row === Math.floor(offsetY / ROW_PIXELS) && share >= x && share < x + width;
    })?.node;
  canvas.addEventListener('mousemove', (event) => select(at(event) ?? zoomed));
  canvas.addEventListener('mouseleave', () => select(zoomed));
  canvas.addEventListener('click', (event) => {
    const node = at(event);
    if (node) zoomTo(node);
  });
  canvas.addEventListener('keydown', (event) => {
    const next = neighbour(selected, event.key);
    if (event.key === 'Enter') zoomTo(selected);
    else if (event.key === 'Escape') zoomTo(root);
    else if (next) select(next);
    else return;
    event.preventDefault();
  });
  new ResizeObserver(show).observe(canvas);
  const search = element('input', {
    type: 'search',
    value: state.find,
    placeholder: 'part of a name',
    oninput: () => find(search.value),
    onchange: () => scene.go({ find: search.value }),
  });
  find(state.find);

  const children = [...zoomed.children.values()].sort((a, b) => b.value - a.value);
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'tools' },
      choice(
        'Order',
        state.inverted,
        [
          ['', 'root first'],
          ['1', 'leaf first'],
        ],
        (value) => scene.go({ inverted: value, zoom: '' }),
      ),
      choice(
        'Width',
        unit,
        [
          ['pages', 'pages'],
          ['blocks', 'blocks'],
        ],
        (value) => scene.go({ unit: value }),
      ),
      choice(
        'Colour',
        colouring,
        COLOURINGS.filter(([id]) => compares || id !== 'growth'),
        (value) => scene.go({ colour: value }),
      ),
      element('label', {}, 'Find ', search),
      matched,
      element('button', { type: 'button', onclick: () => zoomTo(root), disabled: zoomed === root }, 'Whole graph'),
    ),
    canvas,
    hasKinds ? legend(kinds.entries) : null,
    tip,
    table(
      `Below ${zoomed.name}`,
      children,
      [
        {
          name: unit === 'pages' ? 'held' : 'blocks',
          numeric: true,
          value: ({ value }) => value,
          cell: ({ value }) => valueText(value, unit, scene),
        },
        { name: 'share', numeric: true, cell: ({ value }) => percent(root.value ? value / root.value : 0) },
        {
          name: 'function',
          isName: true,
          value: ({ name }) => name,
          cell: (node) => link(node.name, () => zoomTo(node), 'zoom'),
        },
      ],
      scene,
    ),
  );
}

function valueText(value: number, unit: string, { pageBytes }: Scene): string {
  return unit === 'pages' ? formatBytes(value * pageBytes) : groupedNumber(value);
}

function describe(node: GraphNode, root: GraphNode, scene: Scene, unit: string, compares: boolean): string {
  const share = root.value === 0 ? 0 : node.value / root.value;
  const growth = node.value - node.before;
  const change = compares ? `, ${growth < 0 ? '−' : '+'}${valueText(Math.abs(growth), unit, scene)}` : '';
  return `${node.name}: ${valueText(node.value, unit, scene)} (${percent(share)}${change})`;
}

/** Up and down in the call tree, and between those that one function calls. */
function neighbour(node: GraphNode, key: string): GraphNode | undefined {
  const sorted = (of: GraphNode): GraphNode[] => [...of.children.values()].sort((a, b) => b.value - a.value);
  const siblings = node.parent ? sorted(node.parent) : [node];
  const at = siblings.indexOf(node);
  if (key === 'ArrowUp') return node.parent ?? undefined;
  if (key === 'ArrowDown') return sorted(node)[0];
  if (key === 'ArrowLeft') return siblings[at - 1];
  return key === 'ArrowRight' ? siblings[at + 1] : undefined;
}

function paint(
  canvas: HTMLCanvasElement,
  placed: readonly Placed[],
  selected: GraphNode,
  colour: (node: GraphNode) => string,
): void {
  const rows = placed.reduce((most, { row }) => Math.max(most, row + 1), 0);
  const drawing = drawingOn(canvas, rows * ROW_PIXELS);
  if (!drawing) return;
  const { context, width } = drawing;
  context.font = '12px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const { node, x, width: share, row } of placed) {
    const pixels = share * width;
    context.fillStyle = colour(node);
    context.fillRect(x * width, row * ROW_PIXELS, Math.max(pixels - 0.5, LEAST_PIXELS), ROW_PIXELS - 1);
    if (node === selected) {
      context.strokeStyle = '#000';
      context.strokeRect(x * width + 1, row * ROW_PIXELS + 1, Math.max(pixels - 2.5, 1), ROW_PIXELS - 3);
    }
    if (pixels < LEAST_PIXELS_WITH_TEXT) continue;
    context.fillStyle = '#000';
    context.fillText(fitted(visible(node.name), pixels - 8, context), x * width + 4, row * ROW_PIXELS + ROW_PIXELS / 2);
  }
}

/** As much of a name as fits. */
function fitted(name: string, pixels: number, context: CanvasRenderingContext2D): string {
  if (context.measureText(name).width <= pixels) return name;
  let [fits, tooLong] = [0, name.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (context.measureText(`${name.slice(0, middle)}…`).width <= pixels) fits = middle;
    else tooLong = middle;
  }
  return fits === 0 ? '' : `${name.slice(0, fits)}…`;
}
