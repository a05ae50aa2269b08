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

/** What the colours of a canvas mean. */
export function legend(entries: readonly (readonly [name: string, colour: string])[], note?: string): HTMLElement {
  const items = entries.map(([name, colour]) => {
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.backgroundColor = colour;
    return element('li', {}, swatch, name);
  });
  return element('ul', { class: 'legend' }, ...items, note ? element('li', {}, note) : null);
}
