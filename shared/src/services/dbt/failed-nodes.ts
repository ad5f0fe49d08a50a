import * as v from 'valibot';
import { cut, redact } from '../../host/redact.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { optionalField, displayField, displayText } from '../../http/response-schema.ts';
import type { Context } from '../../define/context.ts';
import type { Step } from '../../runs/run.ts';
import { accountPath, openDbt } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';

/** The artifact `run_results.json`. */
const runResultsShape = v.object({
  results: v.array(
    v.object({
      unique_id: optionalField(v.string()),
      status: optionalField(v.string()),
      message: displayText,
      execution_time: displayField(v.number()),
    }),
  ),
});

/** Maximum number of failed models and tests to report. */
const maxNodes = 20;

/** Statuses of failed nodes; `partial success` means that some batches of a microbatch model failed. Skipped nodes do not count. */
const failedStatuses = new Set(['error', 'fail', 'runtime error', 'partial success']);

const kinds: Record<string, string> = {
  model: 'Model',
  test: 'Test',
  seed: 'Seed',
  snapshot: 'Snapshot',
  operation: 'Operation',
  source: 'Source',
};

/**
 * The failed models and tests of a run, as steps. Empty if the artifacts are not available yet, or never because the run
 * failed early.
 * @see https://docs.getdbt.com/reference/artifacts/run-results-json
 */
export async function failedNodes(run: string, context: Context<DbtConnection>): Promise<Step[]> {
  try {
    const path = `${accountPath(context.connection)}/runs/${run}/artifacts/run_results.json`;
    const { results } = await openDbt(context).json('GET', path, runResultsShape);
    return results
      .filter(({ status }) => failedStatuses.has((status ?? '').toLowerCase()))
      .slice(0, maxNodes)
      .map(({ unique_id: id = '', message, execution_time: seconds }): Step => {
        const [kind = '', , name = id] = id.split('.');
        return {
          name: name || 'unnamed node',
          type: kinds[kind] ?? 'Node',
          status: 'failed',
          ...withoutUndefined({
            durationSeconds: seconds,
            message: message ? cut(redact(message.replace(/\s+/g, ' ').trim()), 500) : undefined,
          }),
        };
      });
  } catch {
    context.host.log.info('dbt: the models and tests of the run are not available.');
    return [];
  }
}
