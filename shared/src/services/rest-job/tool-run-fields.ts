import * as v from 'valibot';
import { text } from '../../define/fields.ts';
import { runFields, simpleRun } from '../../runs/report.ts';

/** The outputs of a run, with how the answers of the tool were read. */
export const toolRunFields = {
  ...runFields,
  readAs: v.optional(
    text({ label: 'Read As', help: 'What the answers of the tool were read as, and from which of their fields.' }),
  ),
};

/** The outputs that a simplified output keeps. */
export const simpleToolRun = [...simpleRun, 'readAs'] as const;

/** A realistic output. */
export const sampleToolRun = {
  id: 'pipewright-5b2a9c0d1e7f4a36',
  service: 'Airflow',
  name: 'DAG daily_claims',
  status: 'succeeded' as const,
  vendorStatus: 'success',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:00:04.000Z',
  finishedAt: '2026-11-20T08:03:24.000Z',
  durationSeconds: 200,
  url: 'https://airflow.example.com/dags/daily_claims/runs/pipewright-5b2a9c0d1e7f4a36',
  parameters: { reportDate: '2026-11-20' },
  steps: [],
  readAs: 'The value “success” of “state” was read as Succeeded.',
};
