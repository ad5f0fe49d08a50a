import type { Host } from '../host/host.ts';
import { getRun } from './get-run.ts';
import type { RunProvider } from './provider.ts';
import { reportRun, type RunReport } from './report.ts';
import type { WaitChoices } from './wait-fields.ts';
import { waitForRun } from './wait-for-run.ts';
import { withSteps } from './with-steps.ts';

/** Reads a run with its steps, optionally after waiting for it to finish. */
export async function readRun(
  host: Host,
  provider: RunProvider,
  id: string,
  { wait, timeoutMinutes }: Pick<WaitChoices, 'wait' | 'timeoutMinutes'> = { wait: false, timeoutMinutes: 0 },
): Promise<RunReport> {
  if (wait) {
    const choices: WaitChoices = { wait, timeoutMinutes, onFailure: 'continue', onTimeout: 'keepRunning' };
    // Reading a run again is always safe.
    return waitForRun(host, provider, id, choices, { repeatable: true });
  }
  return reportRun(await withSteps(host, provider, await getRun(provider, id)), provider.knownCauses);
}
