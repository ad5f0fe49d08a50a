import * as v from 'valibot';
import { filledText, given, idShape, shown, shownText, type Answered } from '../../http/answer-shape.ts';
import { defineChoices } from '../../define/choice-list.ts';
import { text } from '../../define/fields.ts';
import type { DbtConnection } from './connection-fields.ts';
import { listOf, readChoices } from './pages.ts';

/** What an answer with a job looks like. */
export const jobShape = v.object({
  id: idShape,
  name: filledText,
  description: shownText,
  project_id: idShape,
  environment_id: idShape,
  environment: shown(v.object({ name: shownText })),
  dbt_version: shownText,
  execute_steps: given(v.array(v.string())),
  triggers: shown(v.object({ schedule: given(v.boolean()) })),
});

/** A job as dbt gives it, as far as it is read here. */
export type VendorJob = Answered<typeof jobShape>;

/** What is needed to offer something in a list. */
const choiceShape = v.object({ id: idShape, name: filledText });

/** The jobs of the account; dbt searches in their names itself. */
export const jobChoices = defineChoices<DbtConnection>({
  key: 'jobs',
  load: (asked, context) =>
    readChoices(
      context,
      listOf(context, 'jobs', choiceShape, { name__icontains: asked.search || undefined, order_by: 'name' }),
      { ...asked, search: '' },
      ({ id, name }) => ({ value: id, label: `${name} (${id})` }),
    ),
});

/** The environments of the account. */
export const environmentChoices = defineChoices<DbtConnection>({
  key: 'environments',
  load: (asked, context) =>
    readChoices(context, listOf(context, 'environments', choiceShape), asked, ({ id, name }) => ({
      value: id,
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
