import { loadUpdatedDataset } from './cases/load-updated-dataset.ts';
import { refreshModel } from './cases/refresh-model.ts';
import { refreshReport } from './cases/refresh-report.ts';
import { refreshWorkbook } from './cases/refresh-workbook.ts';
import { reportNotebookRun } from './cases/report-notebook-run.ts';
import { runFabric } from './cases/run-fabric.ts';
import { runSynapse } from './cases/run-synapse.ts';
import type { Flow } from './flow.ts';

/** The flows of the four guides, of Power BI, of Fabric and of Tableau. */
export const flows: readonly Flow[] = [
  loadUpdatedDataset,
  reportNotebookRun,
  refreshReport,
  runSynapse,
  refreshModel,
  runFabric,
  refreshWorkbook,
];
