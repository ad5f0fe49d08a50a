import { defineChoices } from '../../operations/choice-list.ts';
import { text } from '../../operations/fields.ts';
import type { DbtConnection } from './connection.ts';
import { readChoices } from './pages.ts';

/** A job as dbt gives it, as far as it is read here. */
export interface VendorJob {
  id: number;
  name: string;
  description?: string | null;
  project_id: number;
  environment_id: number;
  environment?: { name?: string } | null;
  dbt_version?: string | null;
  execute_steps?: string[];
  triggers?: { schedule?: boolean } | null;
}

/** The jobs of the account; dbt searches in their names itself. */
export const jobChoices = defineChoices<DbtConnection>({
  key: 'jobs',
  load: (asked, context) =>
    readChoices<VendorJob>(
      context,
      'jobs',
      { ...asked, search: '' },
      { name__icontains: asked.search || undefined, order_by: 'name' },
      ({ id, name }) => ({ value: String(id), label: `${name} (${id})` }),
    ),
});

/** The environments of the account. */
export const environmentChoices = defineChoices<DbtConnection>({
  key: 'environments',
  load: (asked, context) =>
    readChoices<{ id: number; name: string }>(context, 'environments', asked, {}, ({ id, name }) => ({
      value: String(id),
      label: `${name} (${id})`,
    })),
});

/** Takes a job's ID out of the address of its page. */
export const jobIdFromUrl = {
  pattern: /\/jobs\/(\d+)/,
  example: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/jobs/910',
};

/** The field that says which job. */
export const jobField = text({
  label: 'Job',
  help: 'Pick the job, type its ID, or paste the address of its page in dbt.',
  placeholder: '910',
  choices: jobChoices,
  idFromUrl: jobIdFromUrl,
});
