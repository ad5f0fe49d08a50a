import { NodeConnectionTypes, type IExecuteFunctions, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { dataset } from '../../../../shared/src/catalog/dataset.ts';
import { executeOperations } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { describeOutputs } from '../../../adapter/outputs.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** Rows, columns and checks of datasets, without a database. */
export class Dataset implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Dataset',
    name: 'dataset',
    icon: { light: 'file:../../icons/dataset.svg', dark: 'file:../../icons/dataset.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', dataset.operations),
    description: 'Read rows of a dataset, preview its columns and check it against rules, without a database.',
    defaults: { name: 'Dataset' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: describeOutputs(dataset),
    credentials: [
      {
        name: 'pipewrightQuantemplateApi',
        required: true,
        testedBy: 'testQuantemplate',
        displayOptions: { show: { source: ['quantemplateDownloadPipelineOutput', 'quantemplateDownloadDataset'] } },
      },
      {
        name: 'pipewrightModeApi',
        required: true,
        testedBy: 'testMode',
        displayOptions: { show: { source: ['modeDownloadResults'] } },
      },
      {
        name: 'pipewrightDbtApi',
        required: true,
        testedBy: 'testDbt',
        displayOptions: { show: { source: ['dbtDownloadArtifact'] } },
      },
      {
        name: 'pipewrightDatabricksApi',
        required: true,
        testedBy: 'testDatabricks',
        displayOptions: { show: { source: ['databricksDownloadFile'] } },
      },
      {
        name: 'pipewrightSlackApi',
        required: true,
        testedBy: 'testSlack',
        displayOptions: { show: { source: ['slackDownloadFile'] } },
      },
      {
        name: 'pipewrightWebAddressApi',
        required: true,
        testedBy: 'testWebAddress',
        displayOptions: { show: { source: ['webAddressDownloadFile'] } },
      },
    ],
    properties: describeProperties(dataset),
  };

  methods = describeMethods(dataset);

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, dataset);
  }
}
