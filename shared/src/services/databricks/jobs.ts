import { defineChoices } from '../../define/choice-list.ts';
import { text } from '../../define/fields.ts';
import { openDatabricks } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobListShape } from './job-shapes.ts';

/**
 * The jobs of the workspace; Databricks finds them by their complete names only, so pages are searched here.
 * @see https://docs.databricks.com/api/workspace/jobs/list
 */
export const jobChoices = defineChoices<DatabricksConnection>({
  key: 'jobs',
  async load({ search = '', page }, context) {
    const { jobs = [], next_page_token: nextPage } = await openDatabricks(context).json(
      'GET',
      '/jobs/list',
      jobListShape,
      { query: { limit: 100, page_token: page } },
    );
    const choices = jobs.map(({ job_id: id, settings }) => ({
      value: id,
      label: `${settings?.name ?? 'Untitled'} (${id})`,
    }));
    return {
      choices: choices.filter(({ label }) => label.toLowerCase().includes(search.toLowerCase())),
      ...(nextPage && nextPage !== page ? { nextPage } : {}),
    };
  },
});

/** Takes a job's ID out of the address of its page. */
export const jobIdFromUrl = {
  pattern: /\/jobs\/(\d+)/,
  example: 'https://adb-1234567890123456.7.azuredatabricks.net/jobs/910',
};

/** The field that says which job. */
export const jobField = text({
  label: 'Job',
  help: 'Pick the job, or paste the address of its page in Databricks.',
  placeholder: '910',
  choices: jobChoices,
  idFromUrl: jobIdFromUrl,
});
