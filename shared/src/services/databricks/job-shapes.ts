import * as v from 'valibot';
import { given, idShape, shownText, type Answered } from '../../http/answer-shape.ts';

const settings = given(
  v.object({
    name: given(v.string()),
    parameters: given(v.array(v.object({ name: v.string(), default: given(v.string()) }))),
  }),
);

/** What an answer with the settings of a job looks like. */
export const jobSettingsShape = v.object({ settings });

/** What an answer with a job looks like. */
export const jobShape = v.object({ job_id: idShape, creator_user_name: shownText, settings });

/** A job as Databricks gives it, as far as it is read here. */
export type VendorJob = Answered<typeof jobShape>;

/** What a page of jobs looks like. */
export const jobListShape = v.object({ jobs: given(v.array(jobShape)), next_page_token: given(v.string()) });
