import { groupedNumber } from '../writers/number-text.js';
import type { ReportTable } from '../writers/report.js';
import type { SitesAndPages, SitesDiff, SitesTop } from './sites.js';
import { column, more, nothing } from './tables.js';

/** Reports on /proc/allocinfo as tables for people. */

export function sitesTopTables({ allocinfo, rows }: SitesTop, limit: number): readonly ReportTable[] {
  const shown = rows.slice(0, limit);
  const bytes = allocinfo.reduce((sum, each) => sum + each.bytes, 0);
  const calls = allocinfo.reduce((sum, each) => sum + each.calls, 0);
  return [
    {
      title: `${allocinfo.map(({ path }) => path).join(', ')}: ${groupedNumber(bytes)} bytes in ${groupedNumber(calls)} calls`,
      columns: [
        column('bytes', 'bytes'),
        column('share', 'percent'),
        column('calls', 'number'),
        ...Object.keys(rows[0]?.key ?? {}).map((name) => column(name, 'text')),
      ],
      rows: shown.map(({ key, bytes: own, share, calls: times }) => [own, 100 * share, times, ...Object.values(key)]),
      notes: [...nothing(rows), ...more(rows.length, shown.length)],
    },
  ];
}

export function sitesDiffTables({ allocinfo, rows }: SitesDiff, limit: number): readonly ReportTable[] {
  const shown = rows.slice(0, limit);
  return [
    {
      title: allocinfo.map(({ path, bytes }) => `${path} (${groupedNumber(bytes)} bytes)`).join(' → '),
      columns: [
        column('growth', 'bytes'),
        column('bytes', 'text'),
        column('calls', 'text'),
        ...Object.keys(rows[0]?.key ?? {}).map((name) => column(name, 'text')),
      ],
      rows: shown.map(({ key, growth_bytes, bytes, calls }) => [
        growth_bytes,
        bytes.join(' → '),
        calls.join(' → '),
        ...Object.values(key),
      ]),
      notes: [...nothing(rows), ...more(rows.length, shown.length)],
    },
  ];
}

export function sitesAndPagesTables({ allocinfo, dump, rows }: SitesAndPages, limit: number): readonly ReportTable[] {
  const shown = rows.slice(0, limit);
  return [
    {
      title: `${allocinfo.path} (${groupedNumber(allocinfo.bytes)} bytes) beside ${dump.path} (${groupedNumber(dump.pages)} pages)`,
      columns: [
        column('allocinfo', 'bytes'),
        column('calls', 'number'),
        column('dump', 'bytes'),
        column('pages', 'number'),
        column('function', 'text'),
        column('module', 'text'),
        column('site', 'text'),
        column('callers', 'text'),
      ],
      rows: shown.map(({ allocinfo_bytes, calls, page_bytes, pages, function: name, module, site, callers }) => [
        allocinfo_bytes,
        calls,
        page_bytes,
        pages,
        name,
        module,
        site,
        callers.map(({ caller, pages: own }) => `${caller} ${groupedNumber(own)}`).join(', '),
      ]),
      notes: [
        'dump: pages whose stacks pass through the function; rows without a site are those of no site of allocinfo',
        ...more(rows.length, shown.length),
      ],
    },
  ];
}
