import { json, text } from '../../define/fields.ts';
import { defineSearch } from '../../define/operation.ts';
import * as v from 'valibot';
import { readEntries } from '../../http/read-pages.ts';
import { openDatabricks, service } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobListShape, type VendorJob } from './job-shapes.ts';

/**
 * Finds jobs by part of their name; exact matches come first. The API filters by exact name only, so all pages are read.
 * @see https://docs.databricks.com/api/workspace/jobs/list
 */
export const findJob = defineSearch<DatabricksConnection>()({
  key: 'findJob',
  name: 'Find Job',
  resource: 'Job',
  description: 'Finds jobs by name and returns their parameters.',
  input: {
    name: text({
      label: 'Name',
      help: 'All or part of the job name (case-insensitive).',
      placeholder: 'monthly',
    }),
  },
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
    const jobs = readEntries<VendorJob>(service, async (page) => {
      const { jobs: entries = [], next_page_token: next } = await openDatabricks(context).json(
        'GET',
        '/jobs/list',
        jobListShape,
        { query: { limit: 100, page_token: page } },
      );
      return { entries, next };
    });
    for await (const job of jobs) if (job.settings?.name?.toLowerCase().includes(wanted)) found.push(job);
    const isExact = ({ settings }: VendorJob): number => Number(settings?.name?.toLowerCase() === wanted);
    return found
      .toSorted((a, b) => isExact(b) - isExact(a))
      .map(({ job_id: id, settings = {}, creator_user_name: owner }) => ({
        id,
        name: settings.name ?? '',
        parameters: Object.fromEntries(
          (settings.parameters ?? []).map((parameter) => [parameter.name, parameter.default ?? '']),
        ),
        ...(owner ? { owner } : {}),
      }));
  },
});
