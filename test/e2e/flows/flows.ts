import { loadUpdatedDataset } from './cases/load-updated-dataset.ts';
import { refreshModel } from './cases/refresh-model.ts';
import { refreshReport } from './cases/refresh-report.ts';
import { reportNotebookRun } from './cases/report-notebook-run.ts';
import { runFabric } from './cases/run-fabric.ts';
import { runSynapse } from './cases/run-synapse.ts';
import type { Flow } from './flow.ts';

/** The flows of the four guides, of Power BI and of Fabric. */
export const flows: readonly Flow[] = [
  loadUpdatedDataset,
  reportNotebookRun,
  refreshReport,
  runSynapse,
  refreshModel,
  runFabric,
];
