import { visible } from '../merge/writers/escape.js';

type Listener = (event: never) => void;
type Attributes = Readonly<Record<string, string | number | boolean | Listener | undefined>>;
type Child = Node | string | false | null | undefined;

/**
 * Makes an element. Text goes into text nodes and attributes only, with control and direction characters made visible: names of a dump are hostile text.
 * `on…` attributes are listeners; true and false set and leave out an attribute.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') made.addEventListener(name.slice(2), value as EventListener);
    else made.setAttribute(name, value === true ? '' : visible(String(value)));
  }
  for (const child of children)
    if (child) made.append(typeof child === 'string' ? document.createTextNode(visible(child)) : child);
  return made;
}

/** A bar as wide as a share of 0 to 1 of its place. For eyes only: the figure stands beside it. */
export function bar(share: number): HTMLElement {
  const inner = element('span', { class: 'bar-inner' });
  inner.style.inlineSize = `${Math.min(100, Math.max(0, 100 * share))}%`;
  return element('span', { class: 'bar', 'aria-hidden': 'true' }, inner);
}
