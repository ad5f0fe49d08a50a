import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pipeline, Resource } from './activities.ts';
import { armParameter, armTemplate } from './arm-template.ts';
import { callbackPipeline, examplePipeline } from './callback.ts';
import { emptySettings, loadDatasets, loadFabricPipeline, loadLinkedServices, loadPipeline } from './load-dataset.ts';
import { drawJob, drawPipeline, type Job } from './picture.ts';
import { databricksLinkedService, databricksPipeline, synapseNotebookPipeline } from './run-notebook.ts';

const folder = 'docs/pipelines';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Files of one kind in a Synapse workspace, in the folders that its Git integration uses. */
const synapseFiles = (kind: string, resources: (Resource | Pipeline)[]): [path: string, text: string][] =>
  resources.map((resource) => [`${folder}/synapse/${kind}/${resource.name}.json`, json(resource)]);

const settings = {
  keyVaultName: armParameter('keyVaultName'),
  secretName: armParameter('secretName'),
  clientId: armParameter('quantemplateClientId'),
  organisationId: armParameter('quantemplateOrganisationId'),
  sqlServer: armParameter('sqlServer'),
  sqlDatabase: armParameter('sqlDatabase'),
};

/** The content of the pipelines to import and their pictures, by path from the root of the repository. */
export function pipelineFiles(project: string): [path: string, text: string][] {
  const load = loadPipeline(project, settings);
  const job = JSON.parse(readFileSync(join(project, folder, 'databricks', 'copy-into-job.json'), 'utf8')) as Job;
  const loadTemplate = armTemplate(
    {
      keyVaultName: { description: 'Name of the key vault with the client secret of Quantemplate' },
      secretName: { description: 'Name of the secret in the key vault', default: 'quantemplate-client-secret' },
      quantemplateClientId: { description: 'Client ID of the API user of Quantemplate, such as u-…' },
      quantemplateOrganisationId: { description: 'ID of the organisation in Quantemplate, such as c-…' },
      sqlServer: { description: 'Server of the database, such as claims.database.windows.net' },
      sqlDatabase: { description: 'Name of the database' },
    },
    { linkedServices: loadLinkedServices, datasets: loadDatasets, pipelines: [callbackPipeline, load] },
  );
  const notebookTemplate = armTemplate(
    {
      databricksWorkspaceUrl: {
        description: 'URL of the workspace, such as https://adb-1234567890123456.7.azuredatabricks.net',
      },
      databricksWorkspaceResourceId: {
        description: 'Resource ID of the workspace: its Properties page in the Azure portal',
      },
      clusterVersion: { description: 'Databricks Runtime of the job cluster', default: '15.4.x-scala2.12' },
      clusterNodeType: { description: 'Size of the machines of the job cluster', default: 'Standard_D4ds_v5' },
      clusterWorkers: { description: 'Number of workers of the job cluster', default: '1' },
    },
    {
      linkedServices: [databricksLinkedService(armParameter)],
      datasets: [],
      pipelines: [callbackPipeline, databricksPipeline],
    },
  );
  return [
    [`${folder}/${callbackPipeline.name}.json`, json(callbackPipeline)],
    [`${folder}/${examplePipeline.name}.json`, json(examplePipeline)],
    [`${folder}/data-factory/${load.name}.json`, json(loadTemplate)],
    [`${folder}/data-factory/${databricksPipeline.name}.json`, json(notebookTemplate)],
    ...synapseFiles('linkedService', loadLinkedServices),
    ...synapseFiles('dataset', loadDatasets),
    ...synapseFiles('pipeline', [callbackPipeline, loadPipeline(project, emptySettings), synapseNotebookPipeline]),
    [`${folder}/fabric/${load.name}.json`, json(loadFabricPipeline(project))],
    [`${folder}/pictures/callback.svg`, drawPipeline(callbackPipeline)],
    [`${folder}/pictures/example-with-callback.svg`, drawPipeline(examplePipeline)],
    [`${folder}/pictures/load-quantemplate-dataset.svg`, drawPipeline(load)],
    [`${folder}/pictures/load-quantemplate-dataset-fabric.svg`, drawPipeline(loadFabricPipeline(project))],
    [`${folder}/pictures/run-notebook.svg`, drawPipeline(databricksPipeline)],
    [`${folder}/pictures/copy-into-job.svg`, drawJob(job)],
  ];
}
