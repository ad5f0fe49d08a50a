import * as v from 'valibot';
import { list, option, text, values, withInfo, type FieldInfo } from '../../define/fields.ts';
import { isJson } from '../../host/is-json.ts';
import { jobChoices } from './job-choices.ts';
import type { JobTemplate } from './job-template.ts';
import { uses } from './fill-template.ts';
import { presetOf, presets, presetNames, presetsWith, type PresetName } from './presets.ts';

/** The choice of a tool that is not in the list. */
export const custom = 'custom';

const onlyCustom = { field: 'tool', is: [custom] } as const;

const toolOptions = [
  { value: 'airflow', label: 'Airflow 3', description: presets.airflow.description },
  { value: 'airflow2', label: 'Airflow 2', description: presets.airflow2.description },
  { value: 'airbyte', label: 'Airbyte', description: presets.airbyte.description },
  { value: 'census', label: 'Census', description: presets.census.description },
  { value: 'fivetran', label: 'Fivetran', description: presets.fivetran.description },
  { value: 'githubActions', label: 'GitHub Actions', description: presets.githubActions.description },
  { value: 'hightouch', label: 'Hightouch', description: presets.hightouch.description },
  { value: 'prefect', label: 'Prefect', description: presets.prefect.description },
  { value: custom, label: 'Custom', description: 'Any other tool: describe its requests and answers' },
] as const satisfies readonly { value: PresetName | typeof custom; label: string; description: string }[];

/** JSON text, so that its numbers are sent exactly as entered. An object of a previous step is accepted too. */
function jsonText(info: FieldInfo) {
  return v.pipe(
    v.unknown(),
    v.transform((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))),
    v.check(isJson, 'must be valid JSON'),
    v.metadata({ ...info, kind: 'json' as const }),
  );
}

const toolField = {
  tool: v.optional(
    option(toolOptions, {
      label: 'Tool',
      help: 'The tool that runs the job. Its requests and status words are filled in; select Custom for any other tool.',
    }),
    custom,
  ),
};

/** What a Job ID is in each tool. */
const jobExamples = Object.fromEntries(
  presetNames.map((name) => {
    const { tool, asks } = presetOf(name);
    return [name, { help: `In ${tool}, the ${asks.job}.`, placeholder: asks.example }];
  }),
);

/** The field for the job, shown for some presets. */
const jobField = (tools: readonly string[]) =>
  v.optional(
    text({
      label: 'Job ID',
      help: 'The DAG ID in Airflow, the connection ID in Airbyte and Fivetran, the deployment ID in Prefect, the sync ID in Census and Hightouch, the YAML file name in GitHub Actions.',
      placeholder: 'daily_claims, or daily.yml in GitHub Actions',
      choices: jobChoices,
      shownWhen: { field: 'tool', is: tools },
      examples: jobExamples,
      requiredWhenShown: true,
    }),
  );

const repositoryField = {
  repository: v.optional(
    text({
      label: 'Repository',
      help: 'Owner and name of the repository, as in its URL.',
      placeholder: 'contoso/pipelines',
      shownWhen: { field: 'tool', is: presetsWith(({ asks }) => asks.repository === true) },
      requiredWhenShown: true,
    }),
  ),
};

/** Fields that describe how a run is read; every operation has them. */
const statusFields = {
  statusPath: v.optional(
    text({
      label: 'Status Path',
      help: 'Path after the Base URL that returns the state of a run, as the API documentation of the tool says. Keep {runId} in it, which is replaced by the ID of the run.',
      placeholder: '/v1/runs/{runId}',
      shownWhen: onlyCustom,
      requiredWhenShown: true,
    }),
  ),
  successWords: v.optional(
    list({
      label: 'Success Words',
      help: 'Every status of the tool that means success, one per line. A run counts as active while its status is in none of the lists.',
      placeholder: 'succeeded',
      shownWhen: onlyCustom,
      requiredWhenShown: true,
    }),
  ),
  failureWords: v.optional(
    list({
      label: 'Failure Words',
      help: 'Every status of the tool that means failure, one per line.',
      placeholder: 'failed',
      shownWhen: onlyCustom,
      requiredWhenShown: true,
    }),
  ),
  statusField: v.optional(
    text({
      label: 'Status Field',
      help: 'Where the status is in the answer: data.state is the field state inside the field data. Separate several with commas: the first one with a value counts.',
      placeholder: 'data.state',
      advanced: true,
      shownWhen: onlyCustom,
    }),
    'status',
  ),
  cancelledWords: v.optional(
    list({
      label: 'Canceled Words',
      help: 'Every status that means that the run was canceled or skipped, one per line.',
      placeholder: 'canceled',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
  activeWords: v.optional(
    list({
      label: 'Active Words',
      help: 'Every status of a run that has not finished, one per line. If filled in, a status in no list is an error; otherwise, it counts as active and is reported as unknown.',
      placeholder: 'running',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
  messageField: v.optional(
    text({
      label: 'Message Field',
      help: 'Where the error message is in the answer that contains the status, e.g. data.error.',
      placeholder: 'data.error',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
  runUrl: v.optional(
    text({
      label: 'Run URL',
      help: 'URL, or path after the Base URL, of the web page of a run. Keep {runId} in it, which is replaced by the ID of the run.',
      placeholder: 'https://jobs.example.com/runs/{runId}',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
  logPath: v.optional(
    text({
      label: 'Log Path',
      help: 'Path after the Base URL that returns the log of a run as text, with {runId} for the ID of the run. Its last lines explain a failed run.',
      placeholder: '/v1/runs/{runId}/log',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
  jobName: v.optional(
    text({
      label: 'Job Name',
      help: 'Name of the job in results and messages. Enter one if the same Start Request starts different jobs, depending on Start Body or Headers.',
      placeholder: 'Daily claims',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
  headers: v.optional(
    values({
      label: 'Headers',
      help: {
        n8n: 'Additional headers of every request. Secrets belong in the credential.',
        zapier: 'Additional headers of every request. Secrets belong in the connection.',
      },
      placeholder: '{"X-Tenant": "contoso"}',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
};

const cancelField = (advanced: boolean) => ({
  cancelRequest: v.optional(
    text({
      label: 'Cancel Request',
      help: 'Method and path of the request that cancels a run. Keep {runId} in the path, which is replaced by the ID of the run.',
      placeholder: 'POST /v1/runs/{runId}/cancel',
      shownWhen: onlyCustom,
      ...(advanced ? { advanced } : { requiredWhenShown: true }),
    }),
  ),
});

const { jobName, headers, messageField, runUrl, statusField, successWords, failureWords, cancelledWords, activeWords } =
  statusFields;

/** Input fields that describe how finished runs are listed. */
export const finishedJobFields = {
  tool: v.optional(
    option(
      toolOptions.filter(({ value }) => value === custom || presetOf(value).finished !== undefined),
      { label: 'Tool', help: 'The tool that runs the job. Select Custom for any other tool that can list its runs.' },
    ),
    custom,
  ),
  job: jobField(presetsWith(({ finished }) => finished !== undefined)),
  ...repositoryField,
  listPath: v.optional(
    text({
      label: 'List Path',
      help: 'Path after the Base URL that lists the runs of the job. Use {since} for the time from which on finished runs are wanted, and {offset} or {page} to read all pages.',
      placeholder: '/v1/jobs/42/runs?finished_after={since}&offset={offset}',
      shownWhen: onlyCustom,
      requiredWhenShown: true,
    }),
  ),
  listField: v.optional(
    text({
      label: 'List Field',
      help: 'Where the list is in the answer: data.runs is the field runs inside the field data. Leave empty if the answer itself is the list.',
      placeholder: 'data.runs',
      shownWhen: onlyCustom,
    }),
  ),
  successWords,
  failureWords,
  listedIdField: v.optional(
    text({
      label: 'Run ID Field',
      help: 'Where the ID of the run is in an entry of the list.',
      placeholder: 'run_id',
      advanced: true,
      shownWhen: onlyCustom,
    }),
    'id',
  ),
  statusField: withInfo(statusField, {
    help: 'Where the status is in an entry of the list: state.phase is the field phase inside the field state. Separate several with commas: the first one with a value counts.',
  }),
  startField: v.optional(
    text({
      label: 'Start Time Field',
      help: 'Where the time of the start is in an entry of the list: with time zone, or the seconds or milliseconds since 1970.',
      placeholder: 'started_at',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
  endField: v.optional(
    text({
      label: 'End Time Field',
      help: 'Where the time of the end is in an entry of the list: with time zone, or the seconds or milliseconds since 1970. Without it, every listed run that has finished counts as new once.',
      placeholder: 'finished_at',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
  cancelledWords,
  activeWords,
  messageField,
  runUrl,
  jobName,
  headers,
};

/** The checked values of `finishedJobFields`. */
export type FinishedInput = v.InferOutput<v.ObjectSchema<typeof finishedJobFields, undefined>>;

/** Input fields that describe a job to start. */
export const startJobFields = {
  ...toolField,
  job: jobField(presetNames),
  ...repositoryField,
  ref: v.optional(
    text({
      label: 'Branch or Tag',
      help: 'Branch or tag that the job runs from.',
      placeholder: 'main',
      shownWhen: { field: 'tool', is: presetsWith(({ asks }) => asks.ref === true) },
      requiredWhenShown: true,
    }),
  ),
  parameters: v.optional(
    values({
      label: 'Parameters',
      help: 'Names and values for the run: the configuration of a DAG run, the parameters of a flow, or the inputs in GitHub Actions.',
      placeholder: '{"reportDate": "2026-11-20"}',
      shownWhen: { field: 'tool', is: presetsWith(({ asks }) => asks.parameters === true) },
    }),
  ),
  startRequest: v.optional(
    text({
      label: 'Start Request',
      help: 'Method and path of the request that starts the job, as the API documentation of the tool says, e.g. POST /v1/jobs/42/runs. The path follows the Base URL.',
      placeholder: 'POST /v1/jobs/42/runs',
      shownWhen: onlyCustom,
      requiredWhenShown: true,
    }),
  ),
  ...statusFields,
  startBody: v.optional(
    jsonText({
      label: 'Start Body',
      help: 'Content of the start request, as JSON. {startKey} is replaced by a key that is the same whenever this start is repeated.',
      placeholder: '{"reportDate": "2026-11-20"}',
      advanced: true,
      shownWhen: onlyCustom,
    }),
  ),
  runIdFrom: v.optional(
    option(
      [
        { value: 'body', label: 'Field of the Answer', description: 'Run ID Field names it' },
        { value: 'location', label: 'Location Header', description: 'The last part of the URL in the Location header' },
        {
          value: 'request',
          label: 'Start Key',
          description: 'The request contains {startKey}, which the tool uses as the ID of the run',
        },
      ],
      {
        label: 'Run ID From',
        help: 'Where the ID of the started run is found.',
        advanced: true,
        shownWhen: onlyCustom,
      },
    ),
    'body',
  ),
  runIdField: v.optional(
    text({
      label: 'Run ID Field',
      help: 'Where the ID of the run is in the answer to the start request: data.run_id is the field run_id inside the field data.',
      placeholder: 'data.run_id',
      advanced: true,
      shownWhen: onlyCustom,
    }),
    'id',
  ),
  repeatedStart: v.optional(
    option(
      [
        {
          value: 'newRun',
          label: 'Starts Another Run',
          description: 'A start without a confirmation is never repeated',
        },
        {
          value: 'sameRun',
          label: 'Returns the Same Run',
          description: 'A start without a confirmation is sent again; the request must contain {startKey}',
        },
      ],
      {
        label: 'Repeated Start',
        help: 'What the tool does if it receives the same start request, with the same {startKey}, again.',
        advanced: true,
        shownWhen: onlyCustom,
      },
    ),
    'newRun',
  ),
  ...cancelField(true),
};

const usesJob = (...requests: readonly (keyof JobTemplate & ('status' | 'cancel'))[]): PresetName[] =>
  presetsWith((preset) => requests.some((name) => uses({ method: 'GET', path: '', ...preset[name] }, 'job')));

/** Input fields that describe how a run is read. */
export const readJobFields = { ...toolField, job: jobField(usesJob('status')), ...repositoryField, ...statusFields };

/** Input fields that describe how a run is canceled. */
export const cancelJobFields = {
  ...toolField,
  job: jobField(usesJob('status', 'cancel')),
  ...repositoryField,
  ...cancelField(false),
  ...statusFields,
};

/** The fields of a run with an ID that the user enters. */
export const runIdField = text({
  label: 'Run ID',
  help: 'The Run ID from Run Job, or the ID of the run in the tool.',
  placeholder: '8841',
});

/** The checked values of `startJobFields`, of which other operations have some. */
export type JobInput = Partial<v.InferOutput<v.ObjectSchema<typeof startJobFields, undefined>>> & {
  tool: PresetName | typeof custom;
};

/** The preset of a form; undefined for a custom tool. */
export const presetOfInput = ({ tool }: JobInput) => (tool === custom ? undefined : presetOf(tool));
