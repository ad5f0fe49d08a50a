import * as v from 'valibot';
import { given, idShape, shownText, type Answered } from '../../http/answer-shape.ts';

const settings = given(
  v.object({
    name: given(v.string()),
    parameters: given(v.array(v.object({ name: v.string(), default: given(v.string()) }))),
  }),
);

/** A job's settings in an API response. */
export const jobSettingsShape = v.object({ settings });

/** A job in an API response. */
export const jobShape = v.object({ job_id: idShape, creator_user_name: shownText, settings });

/** A job, with the fields used here. */
export type VendorJob = Answered<typeof jobShape>;

/** A page of jobs. */
export const jobListShape = v.object({ jobs: given(v.array(jobShape)), next_page_token: given(v.string()) });
