import { element } from './elements.js';

/** A cleared canvas to draw on, in CSS pixels, as wide as its place. */
export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
}

/** Makes a canvas `height` pixels high, sharp on any screen. undefined: it is not shown. */
export function drawingOn(canvas: HTMLCanvasElement, height: number): Drawing | undefined {
  const context = canvas.getContext('2d');
  const { clientWidth: width } = canvas;
  if (!context || width === 0) return undefined;
  const ratio = window.devicePixelRatio || 1;
  canvas.style.blockSize = `${height}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  return { context, width };
}

const COLOURS = ['#4e79a7', '#f28e2b', '#59a14f', '#e15759', '#b07aa1', '#76b7b2'];

/** Of all that has no colour of its own. */
export const OTHER_COLOUR = '#9c9c9c';

/** The first names, each with a colour of its own; the others share one. */
export function coloursOf(names: readonly string[]): [name: string, colour: string][] {
  const named = names.slice(0, COLOURS.length).map((name, i): [string, string] => [name, COLOURS[i] as string]);
  return names.length > named.length ? [...named, ['others', OTHER_COLOUR]] : named;
}

/** What the colours of a canvas mean. */
export function legend(entries: readonly (readonly [name: string, colour: string])[], note?: string): HTMLElement {
  const items = entries.map(([name, colour]) => {
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.backgroundColor = colour;
    return element('li', {}, swatch, name);
  });
  return element('ul', { class: 'legend' }, ...items, note ? element('li', {}, note) : null);
}
