import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { redact } from '../../host/redact.ts';
import { integer, json, option, text } from '../../define/fields.ts';
import type { Run, RunStatus, Step } from '../../runs/run.ts';
import { service } from './api.ts';

/** The field that takes a whole run. */
export const runField = v.optional(
  json({
    label: 'Run',
    help: 'The run, as a step gave it that runs, reads or reruns one.',
    placeholder: '{"id": "455644833", "name": "Monthly report", "status": "running"}',
    wholeItem: true,
  }),
);

const inN8n = 'n8n hands over the whole run, in the field Run.';

const statuses = [
  { value: 'queued', label: 'Queued' },
  { value: 'running', label: 'Running' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
  { value: 'timed-out', label: 'Timed Out' },
  { value: 'unknown', label: 'Unknown' },
] as const;

/** Fields for a run of which a platform hands over single values. */
export const runParts = {
  runId: v.optional(
    text({
      label: 'Run ID',
      help: 'From the step that runs or reads it. Without the field Run.',
      placeholder: '455644833',
      notOn: { n8n: inN8n },
    }),
  ),
  runName: v.optional(
    text({
      label: 'Name of the Run',
      help: 'From the step that runs or reads it. Without the field Run.',
      placeholder: 'Monthly report',
      notOn: { n8n: inN8n },
    }),
  ),
  runStatus: v.optional(
    option(statuses, {
      label: 'Status of the Run',
      help: 'From the step that runs or reads it. Without the field Run.',
      notOn: { n8n: inN8n },
    }),
  ),
  runSeconds: v.optional(
    integer({
      label: 'Duration in Seconds',
      help: 'From the step that runs or reads it.',
      placeholder: '148',
      notOn: { n8n: inN8n },
    }),
  ),
  runExplanation: v.optional(
    text({
      label: 'Explanation',
      help: 'From the step that runs or reads it.',
      placeholder: 'The run of Monthly report failed …',
      multiline: true,
      notOn: { n8n: inN8n },
    }),
  ),
  runUrl: v.optional(
    text({
      label: 'Page of the Run',
      help: 'From the step that runs or reads it.',
      placeholder: 'https://…',
      notOn: { n8n: inN8n },
    }),
  ),
};

/** A run as it was handed over. */
export type GivenRun = Run & { explanation?: string };

interface RunInput {
  run?: unknown;
  runId?: string | undefined;
  runName?: string | undefined;
  runStatus?: RunStatus | undefined;
  runSeconds?: number | undefined;
  runExplanation?: string | undefined;
  runUrl?: string | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function isStep(value: unknown): value is Step {
  return isObject(value) && typeof value['name'] === 'string' && typeof value['status'] === 'string';
}

/**
 * The run of a form, whole or of its parts.
 * @throws PipewrightError `bad-input` when it has no name or no status
 */
export function givenRun({
  run: whole,
  runId,
  runName,
  runStatus,
  runSeconds,
  runExplanation,
  runUrl,
}: RunInput): GivenRun {
  const run = isObject(whole)
    ? whole
    : {
        id: runId,
        name: runName,
        status: runStatus,
        durationSeconds: runSeconds,
        explanation: runExplanation,
        url: runUrl,
      };
  const name = textOf(run['name']);
  const status = statuses.find(({ value }) => value === run['status'])?.value;
  if (!name || !status) {
    throw new PipewrightError({
      code: 'bad-input',
      service,
      message: 'What was given is not a run: it has no name or no status.',
      hint: 'Check Run: put this step behind one that runs, reads or reruns something, and take over what it gave.',
    });
  }
  const part = (key: string): Record<string, string> => (textOf(run[key]) ? { [key]: String(run[key]) } : {});
  return {
    id: String(run['id'] ?? ''),
    service: textOf(run['service']) ?? '',
    name,
    status,
    vendorStatus: '',
    parameters: {},
    steps: Array.isArray(run['steps']) ? run['steps'].filter(isStep) : [],
    ...part('startedAt'),
    ...part('finishedAt'),
    ...(textOf(run['explanation']) ? { explanation: redact(String(run['explanation'])) } : {}),
    ...(typeof run['durationSeconds'] === 'number' ? { durationSeconds: run['durationSeconds'] } : {}),
    ...(/^https:\/\//.test(String(run['url'])) ? part('url') : {}),
  };
}
