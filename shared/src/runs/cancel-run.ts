import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import type { RunProvider } from './provider.ts';
import { reportRun, type RunReport } from './report.ts';
import { isFinished } from './run.ts';

/** Cancels a run and gives it back as it then stands; one that has ended is left as it is, which is no error. */
export async function cancelRun(host: Host, provider: RunProvider, id: string): Promise<RunReport> {
  const before = await provider.get(id);
  if (isFinished(before.status)) return reportRun(before);
  await provider.cancel(id);
  host.log.info(`${provider.service}: run ${id} was asked to stop.`);
  try {
    return reportRun(await provider.get(id));
  } catch (error) {
    if (!(error instanceof PipewrightError) || !(error.retryable || error.code === 'unexpected-answer')) throw error;
    host.log.warn(`${provider.service}: the status of run ${id} could not be read after that.`);
    return reportRun(before);
  }
}
