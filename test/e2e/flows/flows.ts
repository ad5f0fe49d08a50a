import { loadUpdatedDataset } from './cases/load-updated-dataset.ts';
import { refreshModel } from './cases/refresh-model.ts';
import { refreshReport } from './cases/refresh-report.ts';
import { reportNotebookRun } from './cases/report-notebook-run.ts';
import { runSynapse } from './cases/run-synapse.ts';
import type { Flow } from './flow.ts';

/** The flows of the four guides, and the refresh of a Power BI model. */
export const flows: readonly Flow[] = [loadUpdatedDataset, reportNotebookRun, refreshReport, runSynapse, refreshModel];
