import { PipewrightError } from '../host/error.ts';
import { redact } from '../host/redact.ts';
import type { CallLimits, RunProvider } from './provider.ts';
import type { Run } from './run.ts';
import { isSameRunId } from './same-run-id.ts';

/**
 * Reads a run, and verifies that the answer is about it: the status of another run must not end a wait.
 * @throws PipewrightError `unexpected-response` for another run, else as `RunProvider.get`
 */
export async function getRun(provider: RunProvider, id: string, limits?: CallLimits): Promise<Run> {
  const run = await provider.get(id, limits);
  if (isSameRunId(run.id, id)) return run;
  throw new PipewrightError({
    code: 'unexpected-response',
    service: provider.service,
    message: `${provider.service} was asked for run ${redact(id.slice(0, 100))} and answered with run ${redact(run.id.slice(0, 100))}.`,
    hint: 'Try again. If the error persists, check whether a proxy between Pipewright and the service returns stored answers.',
  });
}
