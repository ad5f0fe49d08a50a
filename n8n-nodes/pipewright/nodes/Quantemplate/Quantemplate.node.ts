import { NodeConnectionTypes, type IExecuteFunctions, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { quantemplate } from '../../../../shared/src/services/quantemplate/service.ts';
import { executeOperations } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** Pipelines and datasets of Quantemplate. */
export class Quantemplate implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Quantemplate',
    name: 'quantemplate',
    icon: { light: 'file:../../icons/quantemplate.svg', dark: 'file:../../icons/quantemplate.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', quantemplate.operations),
    description:
      'Trigger on updated datasets and completed pipelines, run pipelines, and download or upload datasets.',
    defaults: { name: 'Quantemplate' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightQuantemplateApi', required: true, testedBy: 'testQuantemplate' }],
    properties: describeProperties(quantemplate),
  };

  methods = describeMethods(quantemplate);

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, quantemplate);
  }
}
