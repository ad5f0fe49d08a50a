import { NodeConnectionTypes, type IExecuteFunctions, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { databricks } from '../../../../shared/src/services/databricks/service.ts';
import { executeOperations } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** Jobs and notebooks of Databricks. */
export class Databricks implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Databricks',
    name: 'databricks',
    icon: { light: 'file:../../icons/databricks.svg', dark: 'file:../../icons/databricks.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', databricks.operations),
    description: 'Run Databricks jobs and notebooks, trigger on job runs, and download files from volumes.',
    defaults: { name: 'Databricks' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightDatabricksApi', required: true, testedBy: 'testDatabricks' }],
    properties: describeProperties(databricks),
  };

  methods = describeMethods(databricks);

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, databricks);
  }
}
