import { NodeConnectionTypes, type IExecuteFunctions, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { slack } from '../../../../shared/src/services/slack/service.ts';
import { executeOperations } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** Messages, files, channels and people of Slack. */
export class Slack implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Slack',
    name: 'slack',
    icon: { light: 'file:../../icons/slack.svg', dark: 'file:../../icons/slack.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', slack.operations),
    description: 'Send messages, post run cards, upload and download files, and find channels and users.',
    defaults: { name: 'Slack' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightSlackApi', required: true, testedBy: 'testSlack' }],
    properties: describeProperties(slack),
  };

  methods = describeMethods(slack);

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, slack);
  }
}
