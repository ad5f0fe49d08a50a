import type { Host } from '../host/host.ts';
import type { RunProvider } from './provider.ts';
import { reportRun, type RunReport } from './report.ts';
import type { Run } from './run.ts';
import { isRemembered } from './start-once.ts';
import type { WaitChoices } from './wait-fields.ts';
import { waitForRun } from './wait-for-run.ts';

/** What the user chose for a started run. */
export interface FollowChoices extends WaitChoices {
  startKey?: string | undefined;
}

/**
 * Waits for a started run if the user chose to; otherwise returns it unchanged.
 * @param startedBy the provider that the run was started with, if another one reads it
 */
export async function followRun(
  host: Host,
  provider: RunProvider,
  started: Run,
  choices: FollowChoices,
  startedBy: RunProvider = provider,
): Promise<RunReport> {
  if (!started.reused) host.log.info(`${provider.service}: started run ${started.id} of ${provider.displayName}.`);
  if (!choices.wait) return reportRun(started);
  const repeatable =
    host.maxWaitSeconds !== undefined && (await isRemembered(host, startedBy, choices.startKey, started.id));
  const report = await waitForRun(host, provider, started.id, choices, { repeatable });
  return started.reused ? { ...report, reused: true } : report;
}
