/** A group of --cull=st, by strings: one character a byte. */
export interface NaiveGroup {
  readonly stack: string;
  times: number;
  pages: number;
}

/** The groups of well-formed blocks in the plainest way there is, by first appearance. */
export function naiveGroups(dump: Buffer): NaiveGroup[] {
  const groups = new Map<string, NaiveGroup>();
  for (const block of dump.toString('latin1').split('\n\n')) {
    if (block === '') continue;
    const [header = '', , ...lines] = block.split('\n');
    const stack = lines.map((line) => `${line}\n`).join('');
    const group = groups.get(stack) ?? { stack, times: 0, pages: 0 };
    group.times++;
    group.pages += 2 ** Number(/order (\d+),/.exec(header)?.[1]);
    groups.set(stack, group);
  }
  return [...groups.values()];
}

/** Most frequent first; equal ones by their bytes. */
export function naiveOrder(groups: readonly NaiveGroup[]): NaiveGroup[] {
  return [...groups].sort((a, b) => b.times - a.times || (a.stack < b.stack ? -1 : 1));
}

export function naiveText(groups: readonly NaiveGroup[]): string {
  return groups.map(({ stack, times, pages }) => `${times} times, ${pages} pages:\n${stack}\n`).join('');
}
