import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { isObject } from '../../host/is-object.ts';
import { redact } from '../../host/redact.ts';
import { json, option, seconds, text } from '../../define/fields.ts';
import { runStatuses, type Run, type RunStatus, type Step } from '../../runs/run.ts';
import { service } from './api.ts';

/** Field for a whole run. */
export const runField = v.optional(
  json({
    label: 'Run',
    help: {
      n8n: 'The output of a previous step that starts, gets or reruns a run.',
      zapier: 'Map Run (JSON) of a step that starts, finds or reruns a run.',
    },
    placeholder: '{"id": "455644833", "name": "Monthly report", "status": "running"}',
    wholeItem: true,
  }),
);

const wholeRunInN8n = 'In n8n, the Run field accepts the whole run.';

/** Fields for platforms that pass single values instead of a whole run. */
export const runParts = {
  runId: v.optional(
    text({
      label: 'Run ID',
      help: 'Map this value from the step that starts or finds the run.',
      placeholder: '455644833',
      advanced: true,
      notOn: { n8n: wholeRunInN8n },
    }),
  ),
  runName: v.optional(
    text({
      label: 'Run Name',
      help: 'Map this value from the step that starts or finds the run.',
      placeholder: 'Monthly report',
      advanced: true,
      notOn: { n8n: wholeRunInN8n },
    }),
  ),
  runStatus: v.optional(
    option(runStatuses, {
      label: 'Run Status',
      help: 'Map this value from the step that starts or finds the run.',
      advanced: true,
      notOn: { n8n: wholeRunInN8n },
    }),
  ),
  runSeconds: v.optional(
    seconds({
      label: 'Duration (Seconds)',
      help: 'The duration from the step that starts or finds the run.',
      placeholder: '148',
      advanced: true,
      notOn: { n8n: wholeRunInN8n },
    }),
  ),
  runExplanation: v.optional(
    text({
      label: 'Explanation',
      help: 'The explanation from the step that starts or finds the run.',
      placeholder: 'Monthly report failed: …',
      multiline: true,
      advanced: true,
      notOn: { n8n: wholeRunInN8n },
    }),
  ),
  runUrl: v.optional(
    text({
      label: 'Run URL',
      help: 'The URL from the step that starts or finds the run.',
      placeholder: 'https://…',
      advanced: true,
      notOn: { n8n: wholeRunInN8n },
    }),
  ),
};

/** A run with its explanation. */
export type RunWithExplanation = Run & { explanation?: string };

interface RunInput {
  run?: unknown;
  runId?: string | undefined;
  runName?: string | undefined;
  runStatus?: RunStatus | undefined;
  runSeconds?: number | undefined;
  runExplanation?: string | undefined;
  runUrl?: string | undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function isStep(value: unknown): value is Step {
  return isObject(value) && typeof value['name'] === 'string' && typeof value['status'] === 'string';
}

/**
 * Reads a run from a form, whole or from single values.
 * @throws PipewrightError `invalid-input` if it has no name or no status
 */
export function readRunInput({
  run: whole,
  runId,
  runName,
  runStatus,
  runSeconds,
  runExplanation,
  runUrl,
}: RunInput): RunWithExplanation {
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
  const status = runStatuses.find(({ value }) => value === run['status'])?.value;
  if (!name || !status) {
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: 'The input is not a run: it has no name or no valid status.',
      hint: 'Check Run: use the output of a step that starts, reads or reruns a run.',
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
