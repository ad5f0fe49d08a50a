import { json, text } from '../../operations/fields.ts';
import { defineSearch } from '../../operations/operation.ts';
import * as v from 'valibot';
import { openDatabricks } from './api.ts';
import type { DatabricksConnection } from './connection.ts';
import type { VendorJob, VendorJobs } from './jobs.ts';

/** Most jobs that are looked through. */
const most = 2_000;

/**
 * Finds jobs by a part of their name, for Databricks itself knows complete names only. One with exactly this name comes first.
 * @see https://docs.databricks.com/api/workspace/jobs/list
 */
export const findJob = defineSearch<DatabricksConnection>()({
  key: 'findJob',
  name: 'Find Job',
  resource: 'Job',
  description: 'Finds jobs by their name, with the parameters that they declare.',
  input: { name: text({ label: 'Name', help: 'The name or a part of it; upper and lower case do not matter.', placeholder: 'monthly' }) },
  output: {
    id: text({ label: 'Job ID' }),
    name: text({ label: 'Name' }),
    owner: v.optional(text({ label: 'Owner' })),
    parameters: json({ label: 'Parameters' }),
  },
  sample: { id: '910', name: 'Monthly report', owner: 'ada@contoso.com', parameters: { reportDate: '2026-11-01' } },
  async run({ name }, context) {
    const wanted = name.toLowerCase();
    const found: VendorJob[] = [];
    let page: string | undefined;
    let seen = 0;
    do {
      const { jobs = [], next_page_token: next }: VendorJobs = await openDatabricks(context).json('GET', '/jobs/list', { query: { limit: 100, page_token: page } });
      found.push(...jobs.filter(({ settings }) => settings?.name?.toLowerCase().includes(wanted)));
      seen += jobs.length;
      page = next;
    } while (page && seen < most);
    const isExact = ({ settings }: VendorJob): number => Number(settings?.name?.toLowerCase() === wanted);
    return found
      .toSorted((a, b) => isExact(b) - isExact(a))
      .map(({ job_id: id, settings = {}, creator_user_name: owner }) => ({
        id: String(id),
        name: settings.name ?? '',
        parameters: Object.fromEntries((settings.parameters ?? []).map((parameter) => [parameter.name, parameter.default ?? ''])),
        ...(owner ? { owner } : {}),
      }));
  },
});
