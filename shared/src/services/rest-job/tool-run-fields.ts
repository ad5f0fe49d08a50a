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
  id: '8841',
  service: 'Airbyte',
  name: 'connection 2f7fdb90-5df1-4b8e-ac2f-064cfa58202b',
  status: 'succeeded' as const,
  vendorStatus: 'succeeded',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:00:04.000Z',
  url: 'https://jobs.example.com/runs/8841',
  parameters: {},
  steps: [],
  readAs: 'The run ID 8841 is the value of “jobId”. The status “succeeded” at “status” was read as Succeeded.',
};
