import type { AllocationSite, Allocinfo } from '../../format/allocinfo.js';
import { baseSymbol } from '../../format/frame.js';
import { Frames } from './insight-keys.js';
import { compareTexts } from './row-groups.js';
import { type RowSelection, selectRows } from './selection.js';
import type { Snapshot } from './snapshot.js';

/** What /proc/allocinfo said at some moment. */
export interface SitesSnapshot {
  readonly path: string;
  readonly sites: Allocinfo;
}

/** What allocation sites can be grouped by. */
export const SITE_KEYS = ['site', 'function', 'file', 'module'] as const;

export type SiteKey = (typeof SITE_KEYS)[number];

type Key = Readonly<Record<string, string | null>>;

interface SiteSums {
  readonly key: Key;
  readonly bytes: number;
  readonly calls: number;
}

interface SitesFacts {
  readonly path: string;
  readonly bytes: number;
  readonly calls: number;
  readonly malformed: number;
}

/** Who holds bytes, by allocation site. Fields as in JSON. */
export interface SitesTop {
  readonly schema: 'pageowner.allocinfo-top/1';
  readonly allocinfo: readonly SitesFacts[];
  readonly by: readonly SiteKey[];
  readonly totals: { readonly bytes: number; readonly calls: number };
  readonly rows: readonly (SiteSums & { readonly share: number })[];
}

export function topOfSites(all: readonly SitesSnapshot[], by: readonly SiteKey[]): SitesTop {
  const groups = groupSites(
    all.flatMap(({ sites }) => sites.sites),
    by,
  );
  const bytes = sum(groups, 'bytes');
  return {
    schema: 'pageowner.allocinfo-top/1',
    allocinfo: all.map(factsOf),
    by,
    totals: { bytes, calls: sum(groups, 'calls') },
    rows: groups.map((group) => ({ ...group, share: bytes === 0 ? 0 : group.bytes / bytes })),
  };
}

/** What changed between two or more. Fields as in JSON. */
export interface SitesDiff {
  readonly schema: 'pageowner.allocinfo-diff/1';
  readonly allocinfo: readonly SitesFacts[];
  readonly by: readonly SiteKey[];
  readonly rows: readonly SitesDiffRow[];
}

/** Lists have an item for each snapshot. */
interface SitesDiffRow {
  readonly key: Key;
  readonly bytes: readonly number[];
  readonly calls: readonly number[];
  /** From the first to the last. */
  readonly growth_bytes: number;
}

/** What grew most comes first. */
export function diffOfSites(all: readonly SitesSnapshot[], by: readonly SiteKey[]): SitesDiff {
  const groups = all.map(({ sites }) => {
    return new Map(groupSites(sites.sites, by).map((group) => [JSON.stringify(group.key), group]));
  });
  const keys = new Map(groups.flatMap((own) => [...own].map(([id, { key }]) => [id, key] as const)));
  const rows = [...keys].map(([id, key]) => {
    const bytes = groups.map((own) => own.get(id)?.bytes ?? 0);
    const calls = groups.map((own) => own.get(id)?.calls ?? 0);
    return { id, row: { key, bytes, calls, growth_bytes: (bytes.at(-1) as number) - (bytes[0] as number) } };
  });
  rows.sort((a, b) => b.row.growth_bytes - a.row.growth_bytes || compareTexts(a.id, b.id));
  return { schema: 'pageowner.allocinfo-diff/1', allocinfo: all.map(factsOf), by, rows: rows.map(({ row }) => row) };
}

/** Bytes of allocation sites beside the pages of a dump. Fields as in JSON. */
export interface SitesAndPages {
  readonly schema: 'pageowner.allocinfo-pages/1';
  readonly allocinfo: SitesFacts;
  readonly dump: { readonly path: string; readonly pages: number };
  readonly rows: readonly SiteAndPages[];
}

/** A site, and the pages whose stacks pass through its function: those of several sites of a function are the same pages. What one side does not know is null. */
interface SiteAndPages {
  readonly site: string | null;
  readonly function: string;
  readonly module: string | null;
  readonly allocinfo_bytes: number | null;
  readonly calls: number | null;
  readonly pages: number | null;
  readonly page_bytes: number | null;
  /** Who called that function, by pages. */
  readonly callers: readonly { readonly caller: string; readonly pages: number }[];
}

const CALLERS = 3;

/** Sets both in one table: sites by bytes; then what only the dump knows, by the caller of its stacks. */
export function sitesAndPages(
  { path, sites }: SitesSnapshot,
  snapshot: Snapshot,
  { selection, pageBytes }: { readonly selection: RowSelection; readonly pageBytes: number },
): SitesAndPages {
  const frames = new Frames({ ignoreOffsets: true });
  const known = new Map<string, { pages: number; readonly callers: Map<string, number> }>();
  const used = sites.sites.filter(({ bytes }) => bytes > 0);
  for (const site of used) known.set(functionOf(site), { pages: 0, callers: new Map() });
  const others = new Map<string, { readonly name: string; readonly module: string | null; pages: number }>();
  let all = 0;
  for (const { stack, pages } of selectRows(snapshot.aggregate.rows, selection)) {
    all += pages;
    const parsed = frames.of(stack);
    const passed = new Set<string>();
    parsed.forEach(({ symbol, module }, i) => {
      const id = functionOf({ function: baseSymbol(symbol), module: module ?? null });
      const found = known.get(id);
      if (!found || passed.has(id)) return;
      passed.add(id);
      found.pages += pages;
      const caller = parsed[i + 1]?.symbol;
      if (caller !== undefined) addTo(found.callers, baseSymbol(caller), pages);
    });
    if (passed.size > 0) continue;
    const name = frames.caller(stack) ?? 'not known';
    const module = frames.module(stack);
    const other = others.get(`${name} ${module}`) ?? { name, module, pages: 0 };
    others.set(`${name} ${module}`, other);
    other.pages += pages;
  }
  const bySize = [...used].sort((a, b) => b.bytes - a.bytes || compareTexts(siteOf(a), siteOf(b)));
  return {
    schema: 'pageowner.allocinfo-pages/1',
    allocinfo: factsOf({ path, sites }),
    dump: { path: snapshot.path, pages: all },
    rows: [
      ...bySize.map((site): SiteAndPages => {
        const { pages, callers } = known.get(functionOf(site)) ?? { pages: 0, callers: new Map<string, number>() };
        return {
          site: siteOf(site),
          function: site.function,
          module: site.module,
          allocinfo_bytes: site.bytes,
          calls: site.calls,
          pages: pages === 0 ? null : pages,
          page_bytes: pages === 0 ? null : pages * pageBytes,
          callers: largest(callers),
        };
      }),
      ...[...others.values()]
        .sort((a, b) => b.pages - a.pages || compareTexts(a.name, b.name))
        .map(({ name, module, pages }): SiteAndPages => {
          return {
            site: null,
            function: name,
            module,
            allocinfo_bytes: null,
            calls: null,
            pages,
            page_bytes: pages * pageBytes,
            callers: [],
          };
        }),
    ],
  };
}

function largest(callers: ReadonlyMap<string, number>): SiteAndPages['callers'] {
  return [...callers]
    .map(([caller, pages]) => ({ caller, pages }))
    .sort((a, b) => b.pages - a.pages || compareTexts(a.caller, b.caller))
    .slice(0, CALLERS);
}

/** Equal for a site and the frames of its function. */
function functionOf({ function: name, module }: Pick<AllocationSite, 'function' | 'module'>): string {
  return `${name} ${module ?? ''}`;
}

function siteOf({ file, line }: AllocationSite): string {
  return `${file}:${line}`;
}

function groupSites(sites: readonly AllocationSite[], by: readonly SiteKey[]): SiteSums[] {
  const groups = new Map<string, { readonly key: Key; bytes: number; calls: number }>();
  for (const site of sites) {
    const key = Object.assign({}, ...by.map((name) => KEY_VALUES[name](site))) as Key;
    const id = JSON.stringify(key);
    const group = groups.get(id) ?? { key, bytes: 0, calls: 0 };
    groups.set(id, group);
    group.bytes += site.bytes;
    group.calls += site.calls;
  }
  return [...groups]
    .sort(([a, { bytes }], [b, { bytes: more }]) => more - bytes || compareTexts(a, b))
    .map(([, group]) => group);
}

const KEY_VALUES: Readonly<Record<SiteKey, (site: AllocationSite) => Key>> = {
  site: (site) => ({ site: siteOf(site), function: site.function, module: site.module }),
  function: (site) => ({ function: site.function }),
  file: (site) => ({ file: site.file }),
  module: (site) => ({ module: site.module }),
};

function factsOf({ path, sites }: SitesSnapshot): SitesFacts {
  return { path, bytes: sum(sites.sites, 'bytes'), calls: sum(sites.sites, 'calls'), malformed: sites.malformed };
}

function sum<Name extends string>(items: readonly Readonly<Record<Name, number>>[], name: Name): number {
  return items.reduce((total, item) => total + item[name], 0);
}

function addTo(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}
