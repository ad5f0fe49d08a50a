import type { Host } from '../host/host.ts';
import type { RunProvider } from './provider.ts';
import { reportRun, type RunReport } from './report.ts';
import type { Run } from './run.ts';
import type { WaitChoices } from './wait-fields.ts';
import { waitForRun } from './wait-for-run.ts';

/** Waits for a started run if the user chose to; otherwise returns it unchanged. */
export async function followRun(
  host: Host,
  provider: RunProvider,
  started: Run,
  choices: WaitChoices,
): Promise<RunReport> {
  if (!started.reused) host.log.info(`${provider.service}: started run ${started.id} of ${provider.what}.`);
  if (!choices.wait) return reportRun(started);
  const report = await waitForRun(host, provider, started.id, choices);
  return started.reused ? { ...report, reused: true } : report;
}
