import * as v from 'valibot';
import { optionalField, idShape, displayText, type Parsed } from '../../http/response-schema.ts';

const settings = optionalField(
  v.object({
    name: optionalField(v.string()),
    parameters: optionalField(v.array(v.object({ name: v.string(), default: optionalField(v.string()) }))),
  }),
);

/** A job's settings in an API response. */
export const jobSettingsShape = v.object({ settings });

/** A job in an API response. */
export const jobShape = v.object({ job_id: idShape, creator_user_name: displayText, settings });

/** A job, with the fields used here. */
export type VendorJob = Parsed<typeof jobShape>;

/** A page of jobs. */
export const jobListShape = v.object({
  jobs: optionalField(v.array(jobShape)),
  next_page_token: optionalField(v.string()),
});
