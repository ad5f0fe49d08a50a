import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { integer, text } from '../../define/fields.ts';
import { defineSearch } from '../../define/operation.ts';
import { parseTimestamp } from '../../runs/run.ts';
import { openMode, workspaceUrl } from './api.ts';
import type { ModeConnection } from './connection-fields.ts';
import { readAll } from './pages.ts';
import { listSpaces, reportPath, reportsOf, type VendorReport } from './reports.ts';

/**
 * Finds reports by part of their name in all collections; exact matches come first.
 * @see https://mode.com/developer/api-reference/analytics/reports/
 */
export const findReport = defineSearch<ModeConnection>()({
  key: 'findReport',
  name: 'Find Report',
  resource: 'Report',
  description: 'Finds reports by name in all collections that the API token can access.',
  input: {
    name: text({
      label: 'Name',
      help: 'Full or partial report name; not case-sensitive.',
      placeholder: 'claims',
    }),
  },
  output: {
    id: text({ label: 'Report ID' }),
    name: text({ label: 'Name' }),
    description: v.optional(text({ label: 'Description' })),
    collection: v.optional(text({ label: 'Collection' })),
    queryCount: v.optional(integer({ label: 'Query Count' })),
    lastSucceededAt: v.optional(text({ label: 'Last Succeeded At' })),
    url: text({ label: 'Report URL' }),
  },
  sample: {
    id: '4e0af8c10001',
    name: 'Weekly claims KPI',
    description: 'Key figures of the claims team.',
    collection: 'Claims',
    queryCount: 2,
    lastSucceededAt: '2026-11-20T08:05:42.000Z',
    url: 'https://app.mode.com/contoso/reports/4e0af8c10001',
  },
  async run(input, context) {
    const api = openMode(context);
    const wanted = input.name.toLowerCase();
    const found = new Map<string, { report: VendorReport; collection: string | undefined }>();
    for (const space of await listSpaces(api)) {
      for (const report of await readAll(api, reportsOf(space))) {
        const matches = !report.archived && (report.name ?? '').toLowerCase().includes(wanted);
        if (matches && !found.has(report.token)) found.set(report.token, { report, collection: space.name });
      }
    }
    const isExact = ({ report }: { report: VendorReport }) => Number(report.name?.toLowerCase() === wanted);
    return [...found.values()]
      .toSorted((a, b) => isExact(b) - isExact(a))
      .map(({ report, collection }) => {
        const lastSucceededAt = parseTimestamp(report.last_successfully_run_at);
        return withoutUndefined({
          id: report.token,
          name: report.name ?? '',
          url: `${workspaceUrl(context.connection)}${reportPath(report.token)}`,
          description: report.description || undefined,
          collection: collection || undefined,
          queryCount: report.query_count,
          lastSucceededAt,
        });
      });
  },
});
