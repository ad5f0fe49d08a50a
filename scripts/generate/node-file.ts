import { credentialName, testMethod } from '../../n8n-nodes/adapter/names.ts';
import { pollingTriggers, webhookTriggers } from '../../n8n-nodes/adapter/trigger-properties.ts';
import { logsIn } from '../../shared/src/define/connection.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';
import { displayNameOf, iconOf, listingOf, pascalCase } from './names.ts';
import { generatedFrom, imports, literal } from './source-text.ts';

/** The three kinds of nodes. n8n polls every trigger in a polling node, so webhook triggers need a separate node. */
export type NodeKind = 'action' | 'webhook' | 'polling';

/** A node of an n8n package. */
export interface NodeToGenerate {
  kind: NodeKind;
  service: Service;
  /** Its name in n8n: `dbtPollingTrigger`. */
  name: string;
  /** Its name in the node panel: `Pipewright dbt Polling Trigger`. */
  displayName: string;
  /** Its name on the canvas: `dbt Polling Trigger`. */
  defaultName: string;
  /** Path of the service's definition, from the root of the repository. */
  source: string;
  /** See `N8nPackage`. */
  folderVariable?: string;
}

/** The nodes that n8n shows for a service. */
export function nodesOf(service: Service, source: string, folderVariable?: string): NodeToGenerate[] {
  const node = (kind: NodeKind, suffix: string): NodeToGenerate => ({
    kind,
    service,
    name: `${service.key}${suffix.replaceAll(' ', '')}`,
    displayName: displayNameOf(`${service.name}${suffix}`),
    defaultName: `${service.name}${suffix}`,
    source,
    ...(folderVariable === undefined ? {} : { folderVariable }),
  });
  const webhooks = webhookTriggers(service).length > 0;
  return [
    ...(service.operations.length > 0 ? [node('action', '')] : []),
    ...(webhooks ? [node('webhook', ' Trigger')] : []),
    ...(pollingTriggers(service).length > 0 ? [node('polling', webhooks ? ' Polling Trigger' : ' Trigger')] : []),
  ];
}

const adapter = (file: string): string => `../../../adapter/${file}.ts`;

function credentials({ connection, operations }: Service): string {
  if (!logsIn(connection)) return '[]';
  const offline = operations.filter(({ worksOffline }) => worksOffline).map(({ key }) => literal(key));
  const hidden = offline.length > 0 ? `displayOptions: { hide: { operation: [${offline.join(', ')}] } },` : '';
  return `[{ name: ${literal(credentialName(connection))}, required: true, testedBy: ${literal(testMethod(connection))}, ${hidden} }]`;
}

/** The properties that are the same for every node. */
function identity({ service, name, displayName }: NodeToGenerate): string {
  const icon = (variant: string): string => literal(`file:../../icons/${iconOf(service)}${variant}.svg`);
  return `displayName: ${literal(displayName)},
    name: ${literal(name)},
    icon: { light: ${icon('')}, dark: ${icon('.dark')} },`;
}

/** A description as n8n's node panel shows it: one sentence without its period, like those of n8n's own nodes. */
function inNodePanel(description: string): string {
  return description.replace(/\.$/, '');
}

function actionNode(node: NodeToGenerate): string {
  const { key, operations, description } = node.service;
  const parks = operations.some((operation) => operation.kind === 'action' && operation.callback);
  const branches = operations.some((operation) => operation.kind === 'action' && operation.branches);
  const options = node.folderVariable === undefined ? '' : ', options';
  return `${generatedFrom(node.source)}
${imports({
  'n8n-workflow': [
    'NodeConnectionTypes',
    'type IExecuteFunctions',
    'type INodeType',
    'type INodeTypeDescription',
    ...(parks ? ['type IWebhookFunctions'] : []),
  ],
  [`../../../../${node.source}`]: [key],
  ['../../../../shared/src/host/node/node-machine.ts']: options ? ['nodeMachine'] : [],
  [adapter('execute')]: ['executeOperations'],
  [adapter('host')]: options ? ['type OperatorOptions'] : [],
  [adapter('methods')]: ['describeMethods'],
  [adapter('operation-properties')]: ['describeProperties'],
  [adapter('outputs')]: branches ? ['describeOutputs'] : [],
  [adapter('parking')]: parks ? ['parkingMethods', 'parkingWebhooks', 'resumeParked'] : [],
  [adapter('subtitle')]: ['describeSubtitle'],
})}
${
  options
    ? `
/**
 * Only the operator of an n8n instance knows which folder outlives an execution; without it, files are not offered. Logins may read
 * the variables and files with which Azure identifies the machine.
 */
const options: OperatorOptions = {
  lastingFolder: process.env[${literal(node.folderVariable ?? '')}],
  machine: nodeMachine,
};
`
    : ''
}
/** The operations of ${node.service.name}. */
export class ${pascalCase(node.name)} implements INodeType {
  description: INodeTypeDescription = {
    ${identity(node)}
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', ${key}.operations),
    description: ${literal(inNodePanel(description))},
    defaults: { name: ${literal(node.defaultName)} },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: ${branches ? `describeOutputs(${key})` : '[NodeConnectionTypes.Main]'},
    credentials: ${credentials(node.service)},
    ${
      parks
        ? `webhooks: parkingWebhooks,
    waitingNodeTooltip: 'Waiting for ${node.service.name} to report that the run has finished',`
        : ''
    }
    properties: describeProperties(${key}),
  };

  methods = describeMethods(${key}${options});
${parks ? '\n  webhookMethods = parkingMethods;\n' : ''}
  async execute(this: IExecuteFunctions) {
    return executeOperations(this, ${key}${options});
  }
${
  parks
    ? `
  async webhook(this: IWebhookFunctions) {
    return resumeParked(this, ${key});
  }
`
    : ''
}}
`;
}

/** The description of a trigger node: when it starts a workflow, and how it differs from the polling node of the service. */
function triggerDescription({ kind, service }: NodeToGenerate, triggers: readonly Trigger[]): string {
  const [only] = triggers;
  const { startsWhen } = listingOf(service);
  if (triggers.length > 1 && !startsWhen)
    throw new Error(`The service ${service.key} has several events. Add startsWhen to its listing.`);
  const event = triggers.length > 1 ? startsWhen : /^Triggers when ([^]+?)\.?$/.exec(only?.description ?? '')?.[1];
  if (!event) throw new Error(`The description of ${service.key}.${only?.key} does not begin with “Triggers when”.`);
  const isAlternative = kind === 'webhook' && pollingTriggers(service).length > 0;
  return `Starts the workflow when ${event}${isAlternative ? `; ${service.name} sends each event at once` : ''}`;
}

/** The parts that both kinds of trigger nodes share: description, subtitle and form. */
function triggerParts(node: NodeToGenerate, list: 'webhookTriggers' | 'pollingTriggers') {
  const triggers = (list === 'webhookTriggers' ? webhookTriggers : pollingTriggers)(node.service);
  const description = triggerDescription(node, triggers);
  return {
    head: `/** ${description}. */
export class ${pascalCase(node.name)} implements INodeType {
  description: INodeTypeDescription = {
    ${identity(node)}
    group: ['trigger'],
    // n8n evaluates the expressions of a trigger node of version 1 again for every delivery.
    version: 2,
    subtitle: describeSubtitle('event', ${list}(${node.service.key})),
    description: ${literal(description)},
    defaults: { name: ${literal(node.defaultName)} },`,
    end: `inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: ${credentials(node.service)},`,
    properties: `properties: describeTriggerProperties(${list}(${node.service.key}), ${node.service.key}),
  };

  methods = describeMethods(${node.service.key});`,
  };
}

function webhookNode(node: NodeToGenerate): string {
  const { key } = node.service;
  const parts = triggerParts(node, 'webhookTriggers');
  return `${generatedFrom(node.source)}
${imports({
  'n8n-workflow': [
    'NodeConnectionTypes',
    'type IExecuteFunctions',
    'type IHookFunctions',
    'type INodeType',
    'type INodeTypeDescription',
    'type ITriggerFunctions',
    'type IWebhookFunctions',
  ],
  [`../../../../${node.source}`]: [key],
  [adapter('begin-execution')]: ['beginExecution'],
  [adapter('methods')]: ['describeMethods'],
  [adapter('start-trigger')]: ['startTrigger'],
  [adapter('subscription')]: ['createSubscription', 'deleteSubscription', 'subscriptionExists'],
  [adapter('subtitle')]: ['describeSubtitle'],
  [adapter('test-with')]: ['triggerWebhooks'],
  [adapter('trigger-panel')]: ['describeTriggerPanel'],
  [adapter('trigger-properties')]: ['describeTriggerProperties', 'webhookTriggers'],
  [adapter('webhook')]: ['receiveDelivery'],
})}

${parts.head}
    ${parts.end}
    webhooks: triggerWebhooks,
    ...describeTriggerPanel(webhookTriggers(${key}), ${key}),
    ${parts.properties}

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions) {
        return subscriptionExists(this, ${key});
      },
      async create(this: IHookFunctions) {
        return createSubscription(this, ${key});
      },
      async delete(this: IHookFunctions) {
        return deleteSubscription(this, ${key});
      },
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveDelivery(this, ${key});
  }

  async trigger(this: ITriggerFunctions) {
    return startTrigger(this, ${key});
  }

  async execute(this: IExecuteFunctions) {
    return beginExecution(this, ${key});
  }
}
`;
}

function pollingNode(node: NodeToGenerate): string {
  const { key } = node.service;
  const parts = triggerParts(node, 'pollingTriggers');
  return `${generatedFrom(node.source)}
${imports({
  'n8n-workflow': ['NodeConnectionTypes', 'type INodeType', 'type INodeTypeDescription', 'type IPollFunctions'],
  [`../../../../${node.source}`]: [key],
  [adapter('methods')]: ['describeMethods'],
  [adapter('polling')]: ['pollEvents'],
  [adapter('subtitle')]: ['describeSubtitle'],
  [adapter('trigger-properties')]: ['describeTriggerProperties', 'pollingTriggers'],
})}

${parts.head}
    polling: true,
    ${parts.end}
    ${parts.properties}

  async poll(this: IPollFunctions) {
    return pollEvents(this, ${key});
  }
}
`;
}

const writers: Record<NodeKind, (node: NodeToGenerate) => string> = {
  action: actionNode,
  webhook: webhookNode,
  polling: pollingNode,
};

/** The class of a node, not yet formatted. */
export function writeNode(node: NodeToGenerate): string {
  return writers[node.kind](node);
}
