import {
  diffOfSites,
  SITE_KEYS,
  type SiteKey,
  type SitesSnapshot,
  sitesAndPages,
  topOfSites,
} from '../../merge/insight/sites.js';
import { sitesAndPagesTables, sitesDiffTables, sitesTopTables } from '../../merge/insight/sites-tables.js';
import type { Snapshot } from '../../merge/insight/snapshot.js';
import { unknownKey, usageError } from '../base/errors.js';
import { limitOf, pageBytesOf, selectionOf, type Values } from './insight-options.js';
import type { Report } from './write-report.js';

/** Reports on /proc/allocinfo, alone and beside a dump. All throw a usage error for options that mean nothing there. */

export function sitesTopReport(all: readonly SitesSnapshot[], values: Values): Report {
  refuseSelection(values);
  const top = topOfSites(all, siteKeysOf(values));
  const limit = limitOf(values);
  const rows = top.rows.slice(0, limit);
  const document = { ...top, rows };
  return { document, rows, tables: () => sitesTopTables(top, limit) };
}

export function sitesDiffReport(all: readonly SitesSnapshot[], values: Values): Report {
  refuseSelection(values);
  const diff = diffOfSites(all, siteKeysOf(values));
  const limit = limitOf(values);
  const rows = diff.rows.slice(0, limit);
  const document = { ...diff, rows };
  return { document, rows, tables: () => sitesDiffTables(diff, limit) };
}

export function sitesAndPagesReport(sites: SitesSnapshot, snapshot: Snapshot, values: Values): Report {
  const both = sitesAndPages(sites, snapshot, { selection: selectionOf(values), pageBytes: pageBytesOf(values) });
  const limit = limitOf(values);
  const rows = both.rows.slice(0, limit);
  const document = { ...both, rows };
  return { document, rows, tables: () => sitesAndPagesTables(both, limit) };
}

/** Whether --by has keys of sites only. */
export function areSiteKeys({ by }: Values): boolean {
  return typeof by === 'string' && by.split(',').every((name) => (SITE_KEYS as readonly string[]).includes(name));
}

function siteKeysOf(values: Values): SiteKey[] {
  const typed = (values.by as string | undefined) ?? 'site';
  return typed.split(',').map((name) => {
    const key = SITE_KEYS.find((known) => known === name);
    if (key) return key;
    throw unknownKey('by', typed, name, SITE_KEYS);
  });
}

/** Sites have no stacks and no tasks to select by. */
function refuseSelection(values: Values): void {
  const [option] = Object.keys(selectionOf(values));
  if (option !== undefined)
    throw usageError('allocinfo knows places in the source only: no stacks, tasks or nodes to select by');
}
