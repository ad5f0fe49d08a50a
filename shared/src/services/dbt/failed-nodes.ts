import * as v from 'valibot';
import { cut, redact } from '../../host/redact.ts';
import { given, shown, shownText } from '../../http/answer-shape.ts';
import type { Context } from '../../define/context.ts';
import type { Step } from '../../runs/run.ts';
import { accountPath, openDbt } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';

/** What the artifact `run_results.json` looks like. */
const runResultsShape = v.object({
  results: v.array(
    v.object({
      unique_id: given(v.string()),
      status: given(v.string()),
      message: shownText,
      execution_time: shown(v.number()),
    }),
  ),
});

/** Most models and tests that are told of. */
const most = 20;

/**
 * What dbt calls a model, test, seed or snapshot that did not succeed, `partial success` included: some batches of a microbatch
 * model failed. Those that were skipped because of it are not listed.
 */
const failed = new Set(['error', 'fail', 'runtime error', 'partial success']);

const kinds: Record<string, string> = {
  model: 'Model',
  test: 'Test',
  seed: 'Seed',
  snapshot: 'Snapshot',
  operation: 'Operation',
  source: 'Source',
};

/**
 * The models and tests of a run that failed, as steps. Artifacts may not be there yet, or never when the run broke off before
 * it began: then there are none.
 * @see https://docs.getdbt.com/reference/artifacts/run-results-json
 */
export async function failedNodes(run: string, context: Context<DbtConnection>): Promise<Step[]> {
  try {
    const path = `${accountPath(context.connection)}/runs/${run}/artifacts/run_results.json`;
    const { results } = await openDbt(context).json('GET', path, runResultsShape);
    return results
      .filter(({ status }) => failed.has((status ?? '').toLowerCase()))
      .slice(0, most)
      .map(({ unique_id: id = '', message, execution_time: seconds }): Step => {
        const [kind = '', , name = id] = id.split('.');
        return {
          name: name || 'unnamed node',
          type: kinds[kind] ?? 'Node',
          status: 'failed',
          ...(seconds === undefined ? {} : { durationSeconds: seconds }),
          ...(message ? { message: cut(redact(message.replace(/\s+/g, ' ').trim()), 500) } : {}),
        };
      });
  } catch {
    context.host.log.info('dbt: the models and tests of the run cannot be read yet.');
    return [];
  }
}
