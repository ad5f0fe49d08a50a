import type { RunPlan } from '../server/run-plans.ts';
import type { DbtJob } from './world.ts';

/** How a run ended. */
export type DbtOutcome = 'success' | 'error' | 'cancelled';

/** A run of a job. */
export interface DbtRun {
  id: number;
  job: DbtJob;
  trigger: Record<string, unknown>;
  plan: RunPlan;
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
  outcome?: DbtOutcome;
  retryingRunId?: number;
  /** Cancels its scheduled changes. */
  pending: (() => void)[];
}
