import * as v from 'valibot';
import { given, idShape, shown, shownText, type Answered } from '../../http/answer-shape.ts';

const stateShape = v.object({
  life_cycle_state: given(v.string()),
  result_state: given(v.string()),
  state_message: shownText,
});

/** What newer answers say of a run, beside or instead of `state`. */
const statusShape = v.object({
  state: given(v.string()),
  termination_details: given(v.object({ code: given(v.string()), message: shownText })),
  queue_details: shown(v.object({ code: shownText, message: shownText })),
});

/** Fields that a run and a run of one of its tasks share. */
export const runFieldsShape = {
  run_id: idShape,
  job_id: given(idShape),
  run_name: given(v.string()),
  state: given(stateShape),
  status: given(statusShape),
  /** Milliseconds since 1970; 0 while there is none. */
  start_time: given(v.number()),
  end_time: given(v.number()),
  run_page_url: shownText,
};

/** The run of one task, as an answer with a run holds it. */
export const taskShape = v.object({
  ...runFieldsShape,
  task_key: given(v.string()),
  attempt_number: given(v.number()),
  depends_on: shown(v.array(v.object({ task_key: v.string() }))),
  run_if: shownText,
});

/** A run of one task of a run. */
export type VendorTaskRun = Answered<typeof taskShape>;
