import * as v from 'valibot';
import { defineSearch } from '../../define/operation.ts';
import { boolean, json, text } from '../../define/fields.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobShape, type VendorJob } from './jobs.ts';
import { listOf, readAll } from './pages.ts';

/**
 * Finds jobs by part of their name; exact matches come first.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/List%20Jobs
 */
export const findJob = defineSearch<DbtConnection>()({
  key: 'findJob',
  name: 'Find Job',
  resource: 'Job',
  description: 'Finds jobs by name and returns their commands.',
  input: {
    name: text({
      label: 'Name',
      help: 'All or part of the job name (case-insensitive).',
      placeholder: 'daily',
    }),
  },
  output: {
    id: text({ label: 'Job ID' }),
    name: text({ label: 'Name' }),
    description: v.optional(text({ label: 'Description' })),
    projectId: text({ label: 'Project ID' }),
    environmentId: text({ label: 'Environment ID' }),
    environmentName: v.optional(text({ label: 'Environment Name' })),
    dbtVersion: v.optional(text({ label: 'dbt Version' })),
    scheduled: boolean({ label: 'Scheduled' }),
    steps: json({ label: 'Commands' }),
  },
  sample: {
    id: '910',
    name: 'Daily Job (dbt build)',
    projectId: '678',
    environmentId: '1234',
    environmentName: 'Production',
    scheduled: true,
    steps: ['dbt build'],
  },
  async run({ name }, context) {
    const entries = await readAll(
      context,
      listOf(context, 'jobs', jobShape, { name__icontains: name, include_related: 'environment', order_by: 'id' }),
    );
    const isExact = (job: VendorJob) => Number(job.name.toLowerCase() === name.toLowerCase());
    return entries
      .toSorted((a, b) => isExact(b) - isExact(a))
      .map((job) => ({
        id: job.id,
        name: job.name,
        projectId: job.project_id,
        environmentId: job.environment_id,
        scheduled: job.triggers?.schedule ?? false,
        steps: job.execute_steps ?? [],
        ...(job.description ? { description: job.description } : {}),
        ...(job.environment?.name ? { environmentName: job.environment.name } : {}),
        ...(job.dbt_version ? { dbtVersion: job.dbt_version } : {}),
      }));
  },
});
