import type { AnswerCases } from '../server/answer-cases.ts';
import type { SandboxContext } from '../server/context.ts';
import type { Double } from '../server/double.ts';
import { json, Refusal } from '../server/reply.ts';
import { bearerToken, readJson } from '../server/request.ts';
import type { Runnable } from '../server/runnable.ts';
import { restJobAccount } from './account.ts';
import { airbyte } from './airbyte.ts';
import { airflow } from './airflow.ts';
import { prefect } from './prefect.ts';
import { ToolRuns } from './runs.ts';

type Tool = 'prefect' | 'airbyte' | 'airflow';
type State = Record<Tool, ToolRuns>;

/** What the conformance tests need to know about a tool, except for its names. */
function runnableOf(tool: Tool): Pick<Runnable<State>, 'service' | 'operation' | 'started' | 'cancel' | 'isCancelled'> {
  return {
    service: 'restJob',
    operation: 'runJob',
    started: (state) => state[tool].all.map(({ id }) => id),
    cancel(state, id) {
      const run = state[tool].all.find((one) => one.id === id);
      if (run) state[tool].cancel(run);
    },
    isCancelled: (state, id) => state[tool].all.find((one) => one.id === id)?.cancelledAt !== undefined,
  };
}

const { deployment, connection, dag } = restJobAccount;
const prefectJob = { tool: 'prefect', job: deployment };
const airbyteJob = { tool: 'airbyte', job: connection };

/** A start that the tool identifies by a key. */
const flowRuns: Runnable<State> = {
  ...runnableOf('prefect'),
  name: 'REST Job (Prefect)',
  input: prefectJob,
  plan: { service: 'prefect', name: deployment },
  start: /\/rest-job\/deployments\/[^/]+\/create_flow_run$/,
  status: { method: 'GET', path: /\/rest-job\/flow_runs\/[^/]+$/ },
  canCancel: true,
  unknownStatus: (id) => ({ id, state: { type: 'HIBERNATING' } }),
};

/** A start without a key, whose run is found in the list. */
const syncs: Runnable<State> = {
  ...runnableOf('airbyte'),
  name: 'REST Job (Airbyte)',
  saysWhy: false,
  input: airbyteJob,
  plan: { service: 'airbyte', name: connection },
  start: /\/rest-job\/jobs$/,
  status: { method: 'GET', path: /\/rest-job\/jobs\/\d+$/ },
  canCancel: true,
  unknownStatus: (id) => ({ jobId: Number(id), status: 'hibernating' }),
};

const answerCases = (
  input: Record<string, string>,
  plan: { service: string; name: string },
  status: AnswerCases['status'],
): AnswerCases => ({
  service: 'restJob',
  start: { operation: 'runJob', input, plan },
  inputs: ({ done, failed, running }) => ({
    runJob: { ...input, timeoutMinutes: 10, reuseActiveRun: true, parameters: {} },
    getJobRun: { ...input, run: failed },
    cancelJobRun: { ...input, run: running || done },
    jobRunFinished: input,
  }),
  ...(status ? { status } : {}),
});

/** Tools that start jobs by a request: Prefect, Airbyte and Airflow, below one base URL. */
export const restJobDouble = {
  account: restJobAccount,
  addresses: (baseUrl: string) => ({
    /** The APIs of Prefect, Airbyte and Airflow (`/api/v2`). */
    restJob: `${baseUrl}/rest-job`,
  }),
  connections: (baseUrl: string) => ({
    restJob: { baseUrl: `${baseUrl}/rest-job`, authentication: 'bearer', token: restJobAccount.token },
  }),
  runnables: [flowRuns, syncs],
  answerCases: [
    answerCases(prefectJob, flowRuns.plan, { asked: /GET .*\/flow_runs\/[^/]+$/, path: /^state(\.type)?$/ }),
    answerCases(airbyteJob, syncs.plan, { asked: /GET .*\/jobs\/\d+$/, path: /^status$/ }),
    answerCases(
      { tool: 'airflow', job: dag },
      { service: 'airflow', name: dag },
      {
        asked: /GET .*\/dagRuns\/[^/]+$/,
        path: /^state$/,
      },
    ),
  ],
  start(context: SandboxContext) {
    const state: State = {
      prefect: new ToolRuns(context, 'prefect', () => context.identifiers.uuid()),
      airbyte: new ToolRuns(context, 'airbyte', (count) => String(8840 + count)),
      airflow: new ToolRuns(context, 'airflow', (count) => `manual__${count}`),
    };
    return {
      state,
      vendors: [
        {
          name: 'rest-job',
          prefix: '/rest-job',
          admit(request: Parameters<typeof bearerToken>[0]) {
            if (request.path.endsWith('/token')) return;
            const token = bearerToken(request);
            const issued = context.tokens.find(token);
            if (token !== restJobAccount.token && (!issued || issued.expired || issued.resource !== 'rest-job'))
              throw new Refusal(json(401, { detail: 'Invalid authentication credentials' }));
          },
          routes: {
            'GET /': () => json(200, {}),
            'POST /auth/token'(request) {
              const { username, password } = readJson(request);
              if (username !== restJobAccount.user || password !== restJobAccount.password)
                throw new Refusal(json(401, { detail: 'Invalid credentials' }));
              return json(201, { access_token: context.tokens.issue('rest-job', username, context.tokenSeconds) });
            },
            'POST /applications/token'(request) {
              const { client_id: id, client_secret: secret, 'grant-type': grant } = readJson(request);
              if (
                id !== restJobAccount.clientId ||
                secret !== restJobAccount.clientSecret ||
                grant !== 'client_credentials'
              )
                throw new Refusal(json(401, { status: 401, title: 'Unauthorized' }));
              const seconds = context.tokenSeconds;
              return json(200, {
                access_token: context.tokens.issue('rest-job', id, seconds),
                token_type: 'Bearer',
                expires_in: seconds,
              });
            },
            ...prefect(state.prefect),
            ...airbyte(state.airbyte),
            ...airflow(state.airflow),
          },
          unknown: () => json(404, { detail: 'Not Found' }),
        },
      ],
      runs: () => ({
        restJob: Object.entries(state).flatMap(([tool, runs]) =>
          runs.all.map((run) => ({ tool, id: run.id, job: run.job, state: runs.state(run) })),
        ),
      }),
    };
  },
} satisfies Double;
