import type { Host } from '../host/host.ts';
import type { RunProvider } from './provider.ts';
import type { Run } from './run.ts';

/** The run with its steps, or without them if they cannot be read. */
export async function withSteps(host: Host, provider: RunProvider, run: Run): Promise<Run> {
  if (!provider.steps) return run;
  try {
    return { ...run, steps: await provider.steps(run) };
  } catch {
    host.log.warn(`${provider.service} did not return the steps of run ${run.id}.`);
    return run;
  }
}
