import { defineChoices } from '../../operations/choice-list.ts';
import { openDatabricks } from './api.ts';
import type { DatabricksConnection } from './connection.ts';

interface VendorJobs {
  jobs?: { job_id: number | string; settings?: { name?: string } }[];
  next_page_token?: string;
}

/**
 * The jobs of the workspace; Databricks finds them by their complete names only, so pages are searched here.
 * @see https://docs.databricks.com/api/workspace/jobs/list
 */
export const jobChoices = defineChoices<DatabricksConnection>({
  key: 'jobs',
  async load({ search = '', page }, context) {
    const { jobs = [], next_page_token: nextPage } = await openDatabricks(context).json<VendorJobs>('GET', '/jobs/list', { query: { limit: 100, page_token: page } });
    const choices = jobs.map(({ job_id: id, settings }) => ({ value: String(id), label: `${settings?.name ?? 'Untitled'} (${id})` }));
    return { choices: choices.filter(({ label }) => label.toLowerCase().includes(search.toLowerCase())), ...(nextPage ? { nextPage } : {}) };
  },
});

/** Takes a job's ID out of the address of its page. */
export const jobIdFromUrl = { pattern: /\/jobs\/(\d+)/, example: 'https://adb-1234567890123456.7.azuredatabricks.net/jobs/910' };
