import type { Sandbox } from '../../doubles/sandbox.ts';
import type { Data } from '../../support/zapier-runtime/app-runner.ts';
import type { ZapStep } from '../../support/zapier-runtime/zap.ts';
import { tableOf } from './cases/load-updated-dataset.ts';
import type { Flow } from './flow.ts';

/** A Zap as a user builds it in the editor; without one of our triggers it starts with Schedule by Zapier. */
interface ZapPlan {
  trigger?: { key: string; name: string; authData: Data; inputData: Data };
  steps: ZapStep[];
}

/** The condition of a path: the run has finished, with or without success. */
const ended =
  (succeeded: boolean): NonNullable<ZapStep['when']> =>
  ({ steps: { 'Run Pipeline': run = {} } }) =>
    run['finished'] === true && run['succeeded'] === succeeded;

/** The Zaps of the flows. */
export function zapsOf(
  { azure, dbt, fabric, mode, powerBi, tableau }: Sandbox['accounts'],
  authData: Data,
): Record<Flow['key'], ZapPlan> {
  const factory = `${azure.resourceGroup}/${azure.factory}`;
  const workspace = azure.workspace;
  const channel = 'C0DATATEAM';
  const step = (
    action: string,
    name: string,
    inputData: ZapStep['inputData'],
    more: Partial<ZapStep> = {},
  ): ZapStep => ({
    action,
    name,
    authData,
    ...(inputData ? { inputData } : {}),
    ...more,
  });
  const find = (search: string, name: string, inputData: NonNullable<ZapStep['inputData']>): ZapStep => ({
    search,
    name,
    authData,
    inputData,
  });
  return {
    '000': {
      trigger: { key: 'quantemplate_dataset_updated', name: 'Dataset Updated', authData, inputData: {} },
      steps: [
        step('data_factory_run_pipeline', 'Run Pipeline', ({ trigger }) => ({
          factory,
          pipeline: 'QT_fetch_data',
          parameters: { DatasetID: trigger['datasetId'] },
          startKey: trigger['id'],
        })),
        step('quantemplate_download_dataset', 'Download Dataset', ({ trigger }) => ({ dataset: trigger['datasetId'] })),
        step('sql_table_load_dataset', 'Load Dataset', ({ steps }) => ({
          file: steps['Download Dataset']?.['file'],
          table: tableOf('Zapier'),
          mode: 'replace',
        })),
      ],
    },
    '001': {
      steps: [
        step('data_factory_run_pipeline', 'Run Pipeline', ({ trigger }) => ({
          factory,
          pipeline: 'Run_KPI_notebook',
          parameters: { reportDate: '2026-11-20' },
          onFailure: 'continue',
          startKey: trigger['id'],
        })),
        // Two paths, as in Paths by Zapier.
        step(
          'slack_send_message',
          'Post Result',
          ({ steps: { 'Run Pipeline': run = {} } }) => ({
            channel,
            text: `:white_check_mark: *${run['name']}* succeeded after ${run['durationSeconds']} seconds.`,
          }),
          { when: ended(true) },
        ),
        step(
          'slack_upload_file',
          'Share Report',
          ({ steps: { 'Run Pipeline': run = {} } }) => ({
            channel,
            from: 'text',
            content: run['stepsJson'],
            fileName: 'steps.json',
          }),
          { when: ended(true) },
        ),
        step(
          'slack_send_message',
          'Post Failure',
          ({ steps: { 'Run Pipeline': run = {} } }) => ({
            channel,
            text: `:x: *${run['name']}* ${run['status']} at “${run['failedStep']}”: ${run['failedMessage']}`,
          }),
          { when: ended(false) },
        ),
      ],
    },
    '002': {
      trigger: {
        key: 'dbt_job_run_completed',
        name: 'Job Run Completed',
        authData,
        inputData: { jobs: [String(dbt.jobId)], outcome: 'succeeded' },
      },
      steps: [
        step('mode_run_report', 'Run Report', ({ trigger }) => ({
          report: mode.reportToken,
          parameters: { country: 'GB' },
          startKey: trigger['runId'],
        })),
      ],
    },
    '003': {
      steps: [
        find('synapse_get_workspace', 'Find Workspace', () => ({ workspace })),
        step('synapse_run_pipeline', 'Run Pipeline', ({ trigger }) => ({
          workspace,
          pipeline: 'Spark_transform',
          parameters: { inputPath: 'raw/claims' },
          startKey: trigger['id'],
        })),
        find('synapse_get_pipeline_run', 'Find Pipeline Run', ({ steps }) => ({
          workspace,
          run: steps['Run Pipeline']?.['id'],
        })),
        step('synapse_run_spark_job', 'Run Spark Job', ({ trigger }) => ({
          workspace,
          pool: azure.sparkPool,
          name: 'Daily claims',
          file: 'abfss://data@contosolake.dfs.core.windows.net/jobs/daily-claims.py',
          startKey: trigger['id'],
        })),
      ],
    },
    '005': {
      trigger: {
        key: 'dbt_job_run_completed',
        name: 'Job Run Completed',
        authData,
        inputData: { jobs: [String(dbt.jobId)], outcome: 'succeeded' },
      },
      steps: [
        step('power_bi_refresh_semantic_model', 'Refresh Semantic Model', ({ trigger }) => ({
          workspace: powerBi.workspaceId,
          model: powerBi.modelId,
          onFailure: 'continue',
          startKey: trigger['runId'],
        })),
        step('slack_post_run_card', 'Post Run Card', ({ steps }) => ({
          channel,
          run: steps['Refresh Semantic Model']?.['runJson'],
        })),
      ],
    },
    '006': {
      steps: [
        step('fabric_run_pipeline', 'Run Pipeline', ({ trigger }) => ({
          workspace: fabric.workspaceId,
          item: fabric.pipelineId,
          startKey: trigger['id'],
        })),
        step('fabric_run_notebook', 'Run Notebook', ({ trigger }) => ({
          workspace: fabric.workspaceId,
          item: fabric.notebookId,
          parameters: { reportDate: '2026-11-20' },
          startKey: trigger['id'],
        })),
      ],
    },
    '007': {
      trigger: {
        key: 'dbt_job_run_completed',
        name: 'Job Run Completed',
        authData,
        inputData: { jobs: [String(dbt.jobId)], outcome: 'succeeded' },
      },
      steps: [
        step('tableau_refresh_workbook', 'Refresh Workbook', ({ trigger }) => ({
          workbook: tableau.workbookId,
          onFailure: 'continue',
          startKey: trigger['runId'],
        })),
        step('slack_post_run_card', 'Post Run Card', ({ steps }) => ({
          channel,
          run: steps['Refresh Workbook']?.['runJson'],
        })),
      ],
    },
  };
}
