import type { JobTemplate } from './job-template.ts';

/** A tool whose requests and status words are known. */
export interface Preset extends JobTemplate {
  /** Shown in the list: where the base URL and the login come from. */
  description: string;
  /** The fields that the preset leaves open; `job`: what a Job ID is in the tool, with an example. */
  asks: { job: string; example: string; repository?: true; ref?: true; parameters?: true };
}

/** Airflow 3 (`/api/v2`) and Airflow 2 (`/api/v1`) differ in the path and in one field of the body. */
const airflow = (version: 'v1' | 'v2', noDate: object): JobTemplate => {
  const runs = `/api/${version}/dags/{job}/dagRuns`;
  return {
    tool: 'Airflow',
    noun: 'DAG',
    start: {
      method: 'POST',
      path: runs,
      body: { dag_run_id: '{startKey}', conf: '{parameters}', ...noDate },
    },
    // Airflow refuses a second run with the same ID.
    runId: { from: 'request', isUnique: true },
    sameRunForSameKey: false,
    status: { method: 'GET', path: `${runs}/{runId}` },
    run: {
      id: 'dag_run_id',
      status: ['state'],
      words: { queued: 'queued', running: 'running', success: 'succeeded', failed: 'failed' },
      startedAt: 'start_date',
      finishedAt: 'end_date',
      parameters: 'conf',
    },
    // Airflow has no status for a canceled run.
    cancel: { method: 'PATCH', path: `${runs}/{runId}`, body: { state: 'failed' } },
    recent: { method: 'GET', path: `${runs}?limit=100&order_by=-start_date`, at: 'dag_runs' },
    finished: {
      method: 'GET',
      path: `${runs}?end_date_gte={since}&order_by=-end_date&limit=100&offset={offset}`,
      at: 'dag_runs',
    },
    // A DAG run that is cleared runs again under its ID.
    finishesAgain: true,
    jobs: {
      method: 'GET',
      path: `/api/${version}/dags?order_by=dag_id&limit=100&offset={offset}`,
      at: 'dags',
      id: 'dag_id',
      name: ['dag_display_name'],
    },
  };
};

/**
 * Tools that start a job by a request. A choice of one fills the form; what it leaves open is asked for.
 * The sources of each preset, and what they do not say, are in docs/rest-job.md.
 */
export const presets = {
  /** @see https://airflow.apache.org/docs/apache-airflow/stable/stable-rest-api-ref.html */
  airflow: {
    ...airflow('v2', { logical_date: null }),
    description: 'Airflow 3: DAG runs; base URL of the web server, user login',
    url: '/dags/{job}/runs/{runId}',
    asks: { job: 'DAG ID', example: 'daily_claims', parameters: true },
  },
  /** @see https://airflow.apache.org/docs/apache-airflow/2.11.0/stable-rest-api-ref.html */
  airflow2: {
    ...airflow('v1', {}),
    description: 'Airflow 2: DAG runs; base URL of the web server, basic auth',
    asks: { job: 'DAG ID', example: 'daily_claims', parameters: true },
  },
  /** @see https://reference.airbyte.com/reference/createjob */
  airbyte: {
    tool: 'Airbyte',
    noun: 'connection',
    description: 'Syncs; base URL https://api.airbyte.com/v1, application',
    asks: { job: 'connection ID', example: '9924bcd0-99be-453d-ba47-c2c9766f7da5' },
    start: { method: 'POST', path: '/jobs', body: { connectionId: '{job}', jobType: 'sync' } },
    runId: { from: 'body', field: 'jobId' },
    sameRunForSameKey: false,
    status: { method: 'GET', path: '/jobs/{runId}' },
    run: {
      id: 'jobId',
      status: ['status'],
      words: {
        pending: 'queued',
        queued: 'queued',
        running: 'running',
        // An attempt failed and another one follows.
        incomplete: 'running',
        succeeded: 'succeeded',
        failed: 'failed',
        cancelled: 'cancelled',
      },
      startedAt: 'startTime',
      // The last change of a job that has ended.
      finishedAt: 'lastUpdatedAt',
    },
    cancel: { method: 'DELETE', path: '/jobs/{runId}' },
    recent: {
      method: 'GET',
      path: '/jobs?connectionId={job}&jobType=sync&limit=20&orderBy=updatedAt%7CDESC',
      at: 'data',
    },
    finished: {
      method: 'GET',
      path: '/jobs?connectionId={job}&jobType=sync&updatedAtStart={since}&orderBy=updatedAt%7CDESC&limit=100&offset={offset}',
      at: 'data',
    },
    jobs: {
      method: 'GET',
      path: '/connections?limit=100&offset={offset}',
      at: 'data',
      id: 'connectionId',
      name: ['name'],
    },
  },
  /** @see https://docs.prefect.io/v3/api-ref/rest-api/server/deployments/create-flow-run-from-deployment */
  prefect: {
    tool: 'Prefect',
    noun: 'deployment',
    description: 'Flow runs of deployments; base URL of the API, such as http://localhost:4200/api, bearer token',
    asks: { job: 'deployment ID', example: '9924bcd0-99be-453d-ba47-c2c9766f7da5', parameters: true },
    start: {
      method: 'POST',
      path: '/deployments/{job}/create_flow_run',
      body: { parameters: '{parameters}', idempotency_key: '{startKey}', tags: ['pipewright'] },
    },
    runId: { from: 'body', field: 'id' },
    sameRunForSameKey: true,
    status: { method: 'GET', path: '/flow_runs/{runId}' },
    run: {
      id: 'id',
      status: ['state.type'],
      words: {
        scheduled: 'queued',
        pending: 'queued',
        running: 'running',
        paused: 'running',
        cancelling: 'running',
        completed: 'succeeded',
        failed: 'failed',
        crashed: 'failed',
        cancelled: 'cancelled',
      },
      message: 'state.message',
      startedAt: 'start_time',
      finishedAt: 'end_time',
      parameters: 'parameters',
    },
    cancel: { method: 'POST', path: '/flow_runs/{runId}/set_state', body: { state: { type: 'CANCELLING' } } },
    recent: {
      method: 'POST',
      path: '/flow_runs/filter',
      body: { deployments: { id: { any_: ['{job}'] } }, sort: 'EXPECTED_START_TIME_DESC', limit: 50 },
    },
    finished: {
      method: 'POST',
      path: '/flow_runs/filter',
      body: {
        deployments: { id: { any_: ['{job}'] } },
        flow_runs: { end_time: { after_: '{since}' } },
        sort: 'END_TIME_DESC',
        limit: 200,
        offset: '{offset}',
      },
      size: 200,
    },
    // A flow run that is retried runs again under its ID.
    finishesAgain: true,
    jobs: {
      method: 'POST',
      path: '/deployments/filter',
      body: { sort: 'NAME_ASC', limit: 200, offset: '{offset}' },
      size: 200,
      id: 'id',
      name: ['name'],
    },
  },
  /** @see https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event */
  githubActions: {
    tool: 'GitHub Actions',
    noun: 'GitHub workflow',
    description: 'Workflow runs; base URL https://api.github.com, bearer token',
    asks: {
      job: 'YAML file name, such as build.yml',
      example: 'build.yml',
      repository: true,
      ref: true,
      parameters: true,
    },
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    start: {
      method: 'POST',
      path: '/repos/{owner}/{repository}/actions/workflows/{job}/dispatches',
      body: { ref: '{ref}', inputs: '{parameters}', return_run_details: true },
    },
    runId: { from: 'body', field: 'workflow_run_id' },
    sameRunForSameKey: false,
    status: { method: 'GET', path: '/repos/{owner}/{repository}/actions/runs/{runId}' },
    run: {
      id: 'id',
      status: ['conclusion', 'status'],
      words: {
        requested: 'queued',
        waiting: 'queued',
        pending: 'queued',
        queued: 'queued',
        in_progress: 'running',
        success: 'succeeded',
        // The workflow ended without a failure, and GitHub counts it as passed.
        neutral: 'succeeded',
        failure: 'failed',
        startup_failure: 'failed',
        action_required: 'failed',
        stale: 'failed',
        timed_out: 'timed-out',
        skipped: 'cancelled',
        cancelled: 'cancelled',
      },
      startedAt: 'run_started_at',
      finishedAt: 'updated_at',
      url: 'html_url',
      attempt: 'run_attempt',
    },
    cancel: { method: 'POST', path: '/repos/{owner}/{repository}/actions/runs/{runId}/cancel' },
    recent: {
      method: 'GET',
      // A run of another branch is another run.
      path: '/repos/{owner}/{repository}/actions/workflows/{job}/runs?event=workflow_dispatch&branch={ref}&per_page=50',
      at: 'workflow_runs',
    },
    finished: {
      method: 'GET',
      // With a filter, GitHub would list no more than 1,000 runs.
      path: '/repos/{owner}/{repository}/actions/workflows/{job}/runs?exclude_pull_requests=true&per_page=100&page={page}',
      at: 'workflow_runs',
      size: 100,
      startsAt: 'created_at',
    },
    jobs: {
      method: 'GET',
      path: '/repos/{owner}/{repository}/actions/workflows?per_page=100&page={page}',
      at: 'workflows',
      size: 100,
      id: 'path',
      name: ['name'],
    },
  },
  /** @see https://fivetran.com/docs/activations/rest-api/api-reference/workspace-apis/syncs/trigger-sync */
  census: {
    tool: 'Census',
    noun: 'sync',
    description: 'Syncs (Fivetran Activations); base URL https://app.getcensus.com/api/v1, bearer token',
    asks: { job: 'sync ID', example: '962' },
    start: { method: 'POST', path: '/syncs/{job}/trigger' },
    runId: { from: 'body', field: 'data.sync_run_id' },
    sameRunForSameKey: false,
    status: { method: 'GET', path: '/sync_runs/{runId}', at: 'data' },
    run: {
      id: 'id',
      status: ['status'],
      words: {
        queued: 'queued',
        working: 'running',
        completed: 'succeeded',
        failed: 'failed',
        // An earlier run of the sync was still active.
        skipped: 'cancelled',
      },
      // A canceled run may have the status completed.
      cancelled: 'canceled',
      message: 'error_message',
      startedAt: 'created_at',
      finishedAt: 'completed_at',
    },
    cancel: { method: 'POST', path: '/sync_runs/{runId}/cancel' },
    recent: { method: 'GET', path: '/syncs/{job}/sync_runs?order=desc&per_page=25', at: 'data' },
    finished: {
      method: 'GET',
      path: '/syncs/{job}/sync_runs?order=desc&per_page=100&page={page}',
      at: 'data',
      startsAt: 'created_at',
    },
    jobs: { method: 'GET', path: '/syncs?per_page=100&page={page}', at: 'data', id: 'id', name: ['label'] },
  },
  /** @see https://fivetran.com/docs/rest-api/api-reference/connections/sync-connection */
  fivetran: {
    tool: 'Fivetran',
    noun: 'connection',
    description: 'Syncs; base URL https://api.fivetran.com/v1, basic auth with API key and secret',
    asks: { job: 'connection ID', example: 'speak_menial' },
    headers: { accept: 'application/json;version=2' },
    // With force, Fivetran would stop a sync that is active.
    start: { method: 'POST', path: '/connections/{job}/sync', body: { force: false } },
    runId: { from: 'lastEnd', active: 'syncing' },
    sameRunForSameKey: false,
    status: { method: 'GET', path: '/connections/{job}', at: 'data' },
    run: {
      status: ['status.sync_state'],
      words: { syncing: 'running', scheduled: 'queued', rescheduled: 'queued' },
      ends: { succeeded: 'succeeded_at', failed: 'failed_at' },
    },
    jobs: {
      method: 'GET',
      path: '/connections?limit=1000&cursor={cursor}',
      at: 'data.items',
      cursor: 'data.next_cursor',
      id: 'id',
      name: ['schema', 'service'],
    },
  },
  /** @see https://hightouch.com/docs/developer-tools/api-guide */
  hightouch: {
    tool: 'Hightouch',
    noun: 'sync',
    description: 'Syncs; base URL https://api.hightouch.com/api/v1, bearer token',
    asks: { job: 'sync ID', example: '42' },
    start: { method: 'POST', path: '/syncs/{job}/trigger', body: {} },
    runId: { from: 'body', field: 'id' },
    sameRunForSameKey: false,
    status: { method: 'GET', path: '/syncs/{job}/runs?runId={runId}', at: 'data.0' },
    run: {
      id: 'id',
      status: ['status'],
      words: {
        queued: 'queued',
        querying: 'running',
        processing: 'running',
        reporting: 'running',
        success: 'succeeded',
        // The destination rejected some rows.
        warning: 'failed',
        failed: 'failed',
        interrupted: 'failed',
        cancelled: 'cancelled',
      },
      message: 'error',
      startedAt: 'startedAt',
      finishedAt: 'finishedAt',
    },
    finished: { method: 'GET', path: '/syncs/{job}/runs?after={startedSince}&limit=100&offset={offset}', at: 'data' },
    jobs: { method: 'GET', path: '/syncs?limit=100&offset={offset}', at: 'data', id: 'id', name: ['slug'] },
  },
} satisfies Record<string, Preset>;

/** The key of a preset. */
export type PresetName = keyof typeof presets;

/** The presets by name. */
export const presetOf = (name: PresetName): Preset => presets[name];

/** The names of the presets of which something is true. */
export function presetsWith(condition: (preset: Preset) => boolean): PresetName[] {
  return presetNames.filter((name) => condition(presetOf(name)));
}

/** The names of all presets. */
export const presetNames = Object.keys(presets) as PresetName[];
