import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { getRun } from './get-run.ts';
import type { RunProvider } from './provider.ts';
import { reportRun, type RunReport } from './report.ts';
import { isFinished } from './run.ts';

/** Cancels a run and returns its new state. A finished run is returned unchanged. */
export async function cancelRun(host: Host, provider: RunProvider, id: string): Promise<RunReport> {
  const before = await getRun(provider, id);
  if (isFinished(before.status)) return reportRun(before);
  await provider.cancel(id);
  host.log.info(`${provider.service}: requested cancellation of run ${id}.`);
  try {
    return reportRun(await getRun(provider, id));
  } catch (error) {
    if (!(error instanceof PipewrightError) || !(error.retryable || error.code === 'unexpected-response')) throw error;
    host.log.warn(`${provider.service}: could not read the status of run ${id} after requesting its cancellation.`);
    return reportRun(before);
  }
}
