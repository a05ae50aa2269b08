import { ageOf } from '../merge/insight/age.js';
import { INSIGHT_KEYS } from '../merge/insight/insight-keys.js';
import { ageText } from '../merge/insight/tables.js';
import { sparkline } from '../merge/writers/sparkline.js';
import { coloursOf, drawingOn, legend, OTHER_COLOUR } from './canvas.js';
import { element } from './elements.js';
import { amount, link, type Scene, table, type View } from './view.js';

/** Living pages by when they were allocated; a span of time filters all else. */
export const AGE: View = { id: 'age', label: 'Age', draw };

const BY_KIND = INSIGHT_KEYS.filter(({ name }) => name === 'kind');
const HEIGHT = 160;

function draw(scene: Scene): Node {
  const { state, snapshot } = scene;
  const age = ageOf(snapshot, { by: BY_KIND, selection: {}, ignoreOffsets: false });
  const { edges_ns: edges, newest_ns: newest, totals, untimed_pages, rows } = age;
  if (newest === null) return element('p', { class: 'empty' }, 'Nothing here says when it was allocated.');
  const slices = totals.length;
  const colours = coloursOf(rows.map(({ key }) => String(key.kind)));
  const canvas = element('canvas', {
    class: 'ages',
    role: 'img',
    'aria-label': `Pages by time of allocation: ${sparkline(totals)}. The table below has the same figures.`,
  });
  const tip = element(
    'p',
    { class: 'tip', 'aria-live': 'polite' },
    'Drag over the bars to show only what was allocated then.',
  );
  const largest = Math.max(1, ...totals);
  let brush: [number, number] | undefined;
  let began = 0;

  const paint = (): void => {
    const drawing = drawingOn(canvas, HEIGHT);
    if (!drawing) return;
    const { context, width } = drawing;
    const each = width / slices;
    for (let slice = 0; slice < slices; slice++) {
      let y = HEIGHT;
      rows.forEach(({ pages }, i) => {
        const height = ((pages[slice] ?? 0) / largest) * (HEIGHT - 4);
        context.fillStyle = colours[i]?.[1] ?? OTHER_COLOUR;
        y -= height;
        context.fillRect(slice * each + 0.5, y, each - 1, height);
      });
    }
    if (!brush) return;
    context.fillStyle = 'rgb(128 128 128 / 0.35)';
    context.fillRect(brush[0] * each, 0, (brush[1] - brush[0] + 1) * each, HEIGHT);
  };
  const sliceAt = ({ offsetX }: MouseEvent): number =>
    Math.min(slices - 1, Math.max(0, Math.floor((offsetX / canvas.clientWidth) * slices)));
  const span = (first: number, last: number): string =>
    `${clock(edges[first] ?? 0)} to ${clock(edges[last + 1] ?? 0)} after boot`;
  const show = (first: number, last: number): void =>
    scene.go({ from: String(edges[first] ?? 0), to: String(edges[last + 1] ?? 0) });
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    began = sliceAt(event);
    brush = [began, began];
    paint();
  });
  canvas.addEventListener('pointermove', (event) => {
    const slice = sliceAt(event);
    const pages = totals[slice] ?? 0;
    tip.textContent = '';
    tip.append(amount(pages, scene), ` allocated ${span(slice, slice)}`);
    if (!brush) return;
    brush = [Math.min(began, slice), Math.max(began, slice)];
    paint();
  });
  canvas.addEventListener('pointerup', () => {
    if (brush) show(...brush);
    brush = undefined;
  });
  new ResizeObserver(paint).observe(canvas);

  return element(
    'div',
    {},
    element(
      'p',
      {},
      `All that is alive, from boot (left) to the dump (right), ${ageText(newest)} later. `,
      state.from || state.to ? link('Show all times', () => scene.go({ from: '', to: '' })) : null,
    ),
    canvas,
    legend(colours),
    tip,
    untimed_pages > 0 ? element('p', {}, amount(untimed_pages, scene), ' have no time.') : null,
    table(
      'Kinds by age',
      rows,
      [
        {
          name: 'held',
          numeric: true,
          value: ({ total_pages }) => total_pages,
          cell: ({ total_pages }) => amount(total_pages, scene),
        },
        {
          name: 'boot → now',
          cell: ({ pages }) => element('span', { class: 'spark', 'aria-hidden': 'true' }, sparkline(pages)),
        },
        { name: 'trend', value: ({ trend }) => trend, cell: ({ trend }) => trend },
        {
          name: 'oldest',
          numeric: true,
          cell: ({ oldest_ns }) => (oldest_ns === null ? '' : ageText(newest - oldest_ns)),
        },
        {
          name: 'kind',
          isName: true,
          value: ({ key }) => String(key.kind),
          cell: ({ key }) => link(String(key.kind), () => scene.go({ kind: String(key.kind) }), 'show only this kind'),
        },
      ],
      scene,
    ),
    table(
      'Slices of time',
      totals.map((pages, slice) => ({ pages, slice })).filter(({ pages }) => pages > 0),
      [
        { name: 'held', numeric: true, cell: ({ pages }) => amount(pages, scene) },
        {
          name: 'allocated',
          cell: ({ slice }) => link(span(slice, slice), () => show(slice, slice), 'show only these'),
        },
      ],
      scene,
    ),
  );
}

/** A time since boot, finely enough to tell slices apart. */
function clock(ns: number): string {
  const seconds = ns / 1e9;
  if (seconds < 600) return `${seconds.toFixed(1)} s`;
  return seconds < 36_000 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
