import { defineChoices } from '../../define/choice-list.ts';
import { text } from '../../define/fields.ts';
import { openDatabricks } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobListShape } from './job-shapes.ts';

/**
 * The jobs of the workspace. The API filters by exact name only, so each page is searched here.
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

/** Extracts the job ID from the URL of its page. */
export const jobIdFromUrl = {
  pattern: /\/jobs\/(\d+)/,
  example: 'https://adb-1234567890123456.7.azuredatabricks.net/jobs/910',
};

/** Selects a job. */
export const jobField = text({
  label: 'Job',
  help: 'Select the job, or paste its Databricks URL.',
  placeholder: '910',
  choices: jobChoices,
  idFromUrl: jobIdFromUrl,
});
