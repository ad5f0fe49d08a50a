import * as v from 'valibot';
import {
  filledText,
  optionalField,
  idShape,
  displayField,
  displayText,
  type Parsed,
} from '../../http/response-schema.ts';
import { defineChoices } from '../../define/choice-list.ts';
import { text } from '../../define/fields.ts';
import type { DbtConnection } from './connection-fields.ts';
import { listOf, readChoices } from './pages.ts';

/** A job in an API response. */
export const jobShape = v.object({
  id: idShape,
  name: filledText,
  description: displayText,
  project_id: idShape,
  environment_id: idShape,
  environment: displayField(v.object({ name: displayText })),
  dbt_version: displayText,
  execute_steps: optionalField(v.array(v.string())),
  triggers: displayField(v.object({ schedule: optionalField(v.boolean()) })),
});

/** A job, with the fields used here. */
export type VendorJob = Parsed<typeof jobShape>;

/** The fields of an entry in a dropdown. */
const choiceShape = v.object({ id: idShape, name: filledText });

/** The jobs of the account; the API searches by name. */
export const jobChoices = defineChoices<DbtConnection>({
  key: 'jobs',
  load: (query, context) =>
    readChoices(
      context,
      listOf(context, 'jobs', choiceShape, { name__icontains: query.search || undefined, order_by: 'name' }),
      { ...query, search: '' },
      ({ id, name }) => ({ value: id, label: `${name} (${id})` }),
    ),
});

/** The environments of the account. */
export const environmentChoices = defineChoices<DbtConnection>({
  key: 'environments',
  load: (query, context) =>
    readChoices(context, listOf(context, 'environments', choiceShape), query, ({ id, name }) => ({
      value: id,
      label: `${name} (${id})`,
    })),
});

/** Extracts the job ID from the URL of its page. */
export const jobIdFromUrl = {
  pattern: /\/jobs\/(\d+)/,
  example: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/jobs/910',
};

/** Selects a job. */
export const jobField = text({
  label: 'Job',
  help: 'Select the job, or paste its dbt URL.',
  placeholder: '910',
  choices: jobChoices,
  idFromUrl: jobIdFromUrl,
});
