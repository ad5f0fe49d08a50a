import * as v from 'valibot';
import { given, idShape, shown, shownText, type Answered } from '../../http/answer-shape.ts';

const stateShape = v.object({
  life_cycle_state: given(v.string()),
  result_state: given(v.string()),
  state_message: shownText,
});

/** The status in newer responses, in addition to or instead of `state`. */
const statusShape = v.object({
  state: given(v.string()),
  termination_details: given(v.object({ code: given(v.string()), message: shownText })),
  queue_details: shown(v.object({ code: shownText, message: shownText })),
});

/** Fields of both job runs and task runs. */
export const runFieldsShape = {
  run_id: idShape,
  job_id: given(idShape),
  run_name: given(v.string()),
  state: given(stateShape),
  status: given(statusShape),
  /** Milliseconds since 1970; 0 if unset. */
  start_time: given(v.number()),
  end_time: given(v.number()),
  run_page_url: shownText,
};

/** A task run in the response for a job run. */
export const taskShape = v.object({
  ...runFieldsShape,
  task_key: given(v.string()),
  attempt_number: given(v.number()),
  depends_on: shown(v.array(v.object({ task_key: v.string() }))),
  run_if: shownText,
});

/** A run of one task of a job run. */
export type VendorTaskRun = Answered<typeof taskShape>;
