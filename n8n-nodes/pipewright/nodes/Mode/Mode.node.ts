import { NodeConnectionTypes, type IExecuteFunctions, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { mode } from '../../../../shared/src/services/mode/service.ts';
import { executeOperations } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** Reports of Mode and the results of their queries. */
export class Mode implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Mode',
    name: 'mode',
    icon: { light: 'file:../../icons/mode.svg', dark: 'file:../../icons/mode.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', mode.operations),
    description: 'Run Mode reports, wait for them to finish and download their results.',
    defaults: { name: 'Mode' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightModeApi', required: true, testedBy: 'testMode' }],
    properties: describeProperties(mode),
  };

  methods = describeMethods(mode);

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, mode);
  }
}
