import { isHeaderName, isHeaderValue } from '../../auth/http-login.ts';
import { PipewrightError } from '../../host/error.ts';
import type { Wording } from '../../host/wording.ts';
import type { RunStatus } from '../../runs/run.ts';
import { baseUrlOf, service } from './api.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { uses } from './fill-template.ts';
import { presetOfInput, type FinishedInput, type JobInput } from './job-fields.ts';
import { readRepository } from './read-repository.ts';
import type { JobTemplate, RequestTemplate, RunIdSource, RunShape, Variables } from './job-template.ts';

/** A job of a tool, as a form describes it. */
export interface Job {
  template: JobTemplate;
  variables: Variables;
  /** The parameters of the run, which identify it if it has no key. */
  parameters: Record<string, unknown>;
  /** For messages, and to tell jobs apart: `DAG daily`. */
  what: string;
  /** Whether the user describes the requests. */
  isDescribed: boolean;
}

function invalid(message: string, hint: Wording): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', service, message, hint });
}

const missing = (label: string, hint = 'Fill in the field.'): PipewrightError =>
  invalid(`“${label}” is missing.`, hint);

/**
 * Checks a path. It must stay below the base URL, whatever the placeholders contain.
 * @param names the placeholders that it may contain
 */
function checkPath(path: string, label: string, names: readonly string[]): string {
  const plain = path.replace(/\{[A-Za-z]+\}/g, '');
  if (!path.startsWith('/') || path.startsWith('//') || /[\s\\#]/.test(path))
    throw invalid(
      `The path in “${label}” is not valid.`,
      'Enter a path that starts with a slash, such as /v1/runs. It follows the Base URL; other hosts cannot be called.',
    );
  if (/(^|\/)(\.|%2e){1,2}(\/|\?|$)/i.test(plain.replace(/\?.*$/, '?')))
    throw invalid(`The path in “${label}” leaves the Base URL.`, 'Enter a path without . and .. segments.');
  return checkNames(path, label, names);
}

/** Checks that a text contains no other placeholders, which would be found only after the start. */
function checkNames(text: string, label: string, names: readonly string[]): string {
  const unknown = [...text.matchAll(/\{([^}]*)\}/g)].find(([, name = '']) => !names.includes(name));
  if (!unknown) return text;
  throw invalid(
    `“${label}” contains ${unknown[0].slice(0, 60)}, which has no value.`,
    `Use ${names.map((name) => `{${name}}`).join(' or ')}, or enter the value itself.`,
  );
}

function readRequest(
  text: string,
  label: string,
  allowed: readonly RequestTemplate['method'][],
  names: readonly string[],
): RequestTemplate {
  const [, verb = '', path = ''] = /^(?:([A-Za-z]+)\s+)?(\S.*)$/.exec(text) ?? [];
  const method = allowed.find((one) => one === (verb || 'POST').toUpperCase());
  if (!method)
    throw invalid(
      `“${label}” does not start with a method that can be used.`,
      `Start it with ${allowed.join(', ')}, e.g. ${allowed[0]} /v1/jobs/42.`,
    );
  return { method, path: checkPath(path, label, names) };
}

function readPath(text: string, label: string): RequestTemplate {
  return { method: 'GET', path: checkPath(namingRun(text.replace(/^GET\s+/i, ''), label), label, ['runId']) };
}

/** Checks that a request names its run: any other would read or cancel whatever run there is. */
function namingRun(text: string, label: string): string {
  if (text.includes('{runId}')) return text;
  throw invalid(`“${label}” does not contain {runId}.`, 'Put {runId} where the ID of the run belongs.');
}

/** @throws PipewrightError `invalid-input` if a word has two meanings */
function readWords(lists: readonly (readonly [string, RunStatus, readonly string[] | undefined])[]) {
  const words: Record<string, RunStatus> = Object.create(null) as Record<string, RunStatus>;
  for (const [label, status, entries = []] of lists)
    for (const entry of entries) {
      const word = entry.toLowerCase();
      if (words[word] !== undefined && words[word] !== status)
        throw invalid(
          `“${label}” contains “${entry}”, which another list contains too.`,
          'A status can have only one meaning. Remove it from one of the lists.',
        );
      words[word] = status;
    }
  return words;
}

function readHeaders(headers: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const lower = name.trim().toLowerCase();
      const text = String(value);
      if (!isHeaderName(lower) || !isHeaderValue(text))
        throw invalid(
          '“Headers” contains a name or value that is not valid in an HTTP header.',
          'Correct it: a name has no spaces, and a value has no line breaks.',
        );
      if (['authorization', 'proxy-authorization', 'cookie', 'host', 'content-length'].includes(lower))
        throw invalid(`“Headers” must not contain ${name.trim()}.`, {
          n8n: 'Set Authentication in the credential instead.',
          zapier: 'Set Authentication in the connection instead.',
        });
      return [lower, text];
    }),
  );
}

/** A web address for the run, or a path below the base URL. */
function checkUrl(url: string): string {
  if (url.startsWith('/')) return checkPath(url, 'Run URL', ['runId']);
  if (/^https?:\/\//i.test(url) && URL.canParse(url.replaceAll('{runId}', '1')))
    return checkNames(url, 'Run URL', ['runId']);
  throw invalid('“Run URL” is not a valid URL.', 'Enter a URL such as https://jobs.example.com/runs/{runId}.');
}

function runIdSource({ runIdFrom = 'body', runIdField = 'id' }: JobInput): RunIdSource {
  if (runIdFrom === 'body') return { from: 'body', field: runIdField };
  // What the tool does with an ID that it already has is known only if “Repeated Start” says so.
  return runIdFrom === 'request' ? { from: 'request', isUnique: false } : { from: 'location' };
}

const readCancel = (text: string): RequestTemplate =>
  readRequest(namingRun(text, 'Cancel Request'), 'Cancel Request', ['POST', 'PUT', 'PATCH', 'DELETE'], ['runId']);

/** What the form of a tool that is not in the list says about the runs in its answers. */
function customRun(input: JobInput): RunShape {
  const { successWords, failureWords } = input;
  if (!successWords?.length) throw missing('Success Words');
  if (!failureWords?.length) throw missing('Failure Words');
  const status = (input.statusField ?? 'status').split(/\s*,\s*/).filter((field) => field !== '');
  if (status.length === 0) throw missing('Status Field');
  return {
    status,
    words: readWords([
      ['Success Words', 'succeeded', successWords],
      ['Failure Words', 'failed', failureWords],
      ['Canceled Words', 'cancelled', input.cancelledWords],
      ['Active Words', 'running', input.activeWords],
    ]),
    hasAllWords: (input.activeWords?.length ?? 0) > 0,
    ...(input.messageField ? { message: input.messageField } : {}),
  };
}

/** What the form says about a tool that is not in the list, which is named after its host. */
function customTemplate(input: JobInput, connection: RestJobConnection): JobTemplate {
  const { statusPath, cancelRequest, logPath, runUrl } = input;
  if (!statusPath) throw missing('Status Path');
  return {
    tool: new URL(baseUrlOf(connection)).host,
    noun: 'job',
    headers: readHeaders(input.headers),
    start: { method: 'POST', path: '/' },
    runId: runIdSource(input),
    sameRunForSameKey: input.repeatedStart === 'sameRun',
    status: readPath(statusPath, 'Status Path'),
    run: customRun(input),
    ...(cancelRequest ? { cancel: readCancel(cancelRequest) } : {}),
    ...(logPath ? { log: readPath(logPath, 'Log Path').path } : {}),
    ...(runUrl ? { url: checkUrl(runUrl) } : {}),
  };
}

/** The form of a tool that is not in the list, for its finished runs. */
function finishedTemplate(input: FinishedInput, connection: RestJobConnection): JobTemplate {
  const { listPath, listField, listedIdField, startField, endField, runUrl } = input;
  if (!listPath) throw missing('List Path');
  const path = checkPath(listPath.replace(/^GET\s+/i, ''), 'List Path', ['since', 'offset', 'page']);
  return {
    tool: new URL(baseUrlOf(connection)).host,
    noun: 'job',
    headers: readHeaders(input.headers),
    start: { method: 'POST', path: '/' },
    runId: { from: 'body', field: listedIdField },
    sameRunForSameKey: false,
    status: { method: 'GET', path: '/' },
    run: {
      ...customRun(input),
      isDescribed: true,
      id: listedIdField,
      ...(startField ? { startedAt: startField } : {}),
      ...(endField ? { finishedAt: endField } : {}),
    },
    finished: { method: 'GET', path, at: listField },
    ...(runUrl ? { url: checkUrl(runUrl) } : {}),
  };
}

/**
 * The job that a form describes.
 * @throws PipewrightError `invalid-input` that names the field
 */
export function jobOf(input: JobInput, connection: RestJobConnection): Job {
  const preset = presetOfInput(input);
  if (!preset) {
    const template = customTemplate(input, connection);
    const what = input.jobName ?? input.startRequest ?? template.tool;
    return { template, variables: {}, parameters: {}, what, isDescribed: true };
  }
  const { job, ref, parameters } = input;
  const { noun, tool, asks } = preset;
  const place = asks.repository ? readRepository(input.repository) : undefined;
  const name = job === undefined ? tool : `${noun} ${job}`;
  return {
    template: preset,
    variables: { job, ref, parameters, ...place },
    parameters: parameters ?? {},
    what: place ? `${name} of ${place.owner}/${place.repository}${ref === undefined ? '' : ` (${ref})`}` : name,
    isDescribed: false,
  };
}

/** A placeholder for the start key that would be sent as it is, or with braces around the key. */
const misspeltKey = (text = ''): string | undefined =>
  [...text.matchAll(/\{+\s*startkey\s*\}+/gi)].map(([found]) => found).find((found) => found !== '{startKey}');

/**
 * The job that a form describes, with its start request.
 * @throws PipewrightError `invalid-input` that names the field
 */
export function jobToStart(input: JobInput, connection: RestJobConnection): Job {
  const job = jobOf(input, connection);
  const preset = presetOfInput(input);
  if (preset) {
    if (!input.job) throw missing('Job ID', `Enter the ${preset.asks.job}.`);
    if (uses(job.template.start, 'ref') && !input.ref) throw missing('Branch or Tag');
    return job;
  }
  if (!input.startRequest) throw missing('Start Request');
  const start: RequestTemplate = {
    ...readRequest(input.startRequest, 'Start Request', ['POST', 'PUT', 'PATCH'], ['startKey']),
    bodyText: input.startBody,
  };
  const misspelt = misspeltKey(input.startBody);
  if (misspelt) throw invalid(`“Start Body” contains ${misspelt}, which has no value.`, 'Write {startKey}.');
  const { runIdFrom, repeatedStart } = input;
  const label = runIdFrom === 'request' ? 'Run ID From' : repeatedStart === 'sameRun' ? 'Repeated Start' : undefined;
  if (label && !uses(start, 'startKey'))
    throw invalid(
      `“${label}” requires {startKey} in the start request.`,
      'Put {startKey} into “Start Request” or “Start Body”, where the tool expects the key.',
    );
  return { ...job, template: { ...job.template, start } };
}

/**
 * The job that a form describes, with the list of its finished runs.
 * @throws PipewrightError `invalid-input` that names the field
 */
export function jobWithList(input: FinishedInput, connection: RestJobConnection): Job {
  const preset = presetOfInput(input);
  if (!preset) {
    const template = finishedTemplate(input, connection);
    return { template, variables: {}, parameters: {}, what: input.jobName ?? template.tool, isDescribed: true };
  }
  if (!input.job) throw missing('Job ID', `Enter the ${preset.asks.job}.`);
  return jobOf(input, connection);
}
