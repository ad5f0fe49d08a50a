import { databricksAccount } from './account.ts';

/** A job of the sandbox. */
export interface DatabricksJob {
  id: string;
  name: string;
  tasks: string[];
  parameters: Record<string, string>;
  /** Every run fails at its last task. */
  alwaysFails?: boolean;
}

/** The jobs of the workspace. */
export const databricksJobs: DatabricksJob[] = [
  {
    id: databricksAccount.jobId,
    name: 'Monthly report',
    tasks: ['extract', 'report'],
    parameters: { reportDate: '2026-01-01' },
  },
  { id: '911', name: 'Broken report', tasks: ['extract', 'report'], parameters: {}, alwaysFails: true },
  ...Array.from({ length: 30 }, (_, index) => ({
    id: String(2000 + index),
    name: `Hourly load ${String(index + 1).padStart(2, '0')}`,
    tasks: ['load'],
    parameters: {},
  })),
];
