import * as v from 'valibot';
import { optionalField, idShape, displayField, displayText, type Parsed } from '../../http/response-schema.ts';

const stateShape = v.object({
  life_cycle_state: optionalField(v.string()),
  result_state: optionalField(v.string()),
  state_message: displayText,
});

/** The status in newer responses, in addition to or instead of `state`. */
const statusShape = v.object({
  state: optionalField(v.string()),
  termination_details: optionalField(v.object({ code: optionalField(v.string()), message: displayText })),
  queue_details: displayField(v.object({ code: displayText, message: displayText })),
});

/** Fields of both job runs and task runs. */
export const runFieldsShape = {
  run_id: idShape,
  job_id: optionalField(idShape),
  run_name: optionalField(v.string()),
  state: optionalField(stateShape),
  status: optionalField(statusShape),
  /** Milliseconds since 1970; 0 if unset. */
  start_time: optionalField(v.number()),
  end_time: optionalField(v.number()),
  run_page_url: displayText,
};

/** A task run in the response for a job run. */
export const taskShape = v.object({
  ...runFieldsShape,
  task_key: optionalField(v.string()),
  attempt_number: optionalField(v.number()),
  depends_on: displayField(v.array(v.object({ task_key: v.string() }))),
  run_if: displayText,
});

/** A run of one task of a job run. */
export type VendorTaskRun = Parsed<typeof taskShape>;
