import { dbtAccount } from './account.ts';
import type { DbtRun } from './dbt-run.ts';

/** dbt's status codes. */
export const codes = { queued: 1, starting: 2, running: 3, success: 10, error: 20, cancelled: 30 };
/** dbt's status names by code. */
export const words: Record<number, string> = {
  1: 'Queued',
  2: 'Starting',
  3: 'Running',
  10: 'Success',
  20: 'Error',
  30: 'Cancelled',
};

const usualError = 'Database Error in model fct_claims: relation does not exist';

/** The steps of a run that have started at a time. */
export function runSteps(run: DbtRun, now: number) {
  const names = [
    'Clone git repository',
    'Create profile from connection Snowflake',
    ...run.job.steps.map((step) => `Invoke dbt with \`${step}\``),
  ];
  if (run.startedAt === undefined) return [];
  const length = (run.finishedAt ?? run.startedAt + run.plan.runningMilliseconds) - run.startedAt;
  const reached = Math.min(names.length - 1, Math.floor(((now - run.startedAt) / Math.max(1, length)) * names.length));
  const wanted = names.findIndex(
    (name) => name === run.plan.failure?.step || name === `Invoke dbt with \`${run.plan.failure?.step}\``,
  );
  const last =
    run.outcome === 'error'
      ? wanted < 0
        ? names.length - 1
        : wanted
      : run.outcome === 'success'
        ? names.length - 1
        : reached;
  return names.slice(0, last + 1).map((name, index) => {
    const status = index < last || !run.outcome ? (index < last ? codes.success : codes.running) : codes[run.outcome];
    const message = status === codes.error ? (run.plan.failure?.message ?? usualError) : 'Done.';
    return {
      id: run.id * 10 + index,
      run_id: run.id,
      account_id: dbtAccount.accountId,
      index: index + 1,
      status,
      status_humanized: words[status],
      name,
      logs: message,
      debug_logs: '',
    };
  });
}

/** The content of `run_results.json`. */
export function runResults(run: DbtRun): Record<string, unknown> {
  const models = ['stg_policies', 'stg_claims', 'fct_claims'];
  const failed = run.outcome === 'error';
  return {
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
      dbt_version: '1.9.0',
      generated_at: new Date(run.finishedAt ?? 0).toISOString(),
      env: {},
    },
    elapsed_time: ((run.finishedAt ?? 0) - (run.startedAt ?? 0)) / 1000,
    args: { which: 'build' },
    results: models.map((model, index) => {
      const broken = failed && index === models.length - 1;
      const message = broken ? (run.plan.failure?.message ?? usualError) : 'SUCCESS 1000';
      return {
        unique_id: `model.contoso.${model}`,
        status: broken ? 'error' : 'success',
        message,
        failures: null,
        execution_time: 0.25,
        thread_id: 'Thread-1',
        timing: [],
        adapter_response: { rows_affected: broken ? 0 : 1000 },
      };
    }),
  };
}
