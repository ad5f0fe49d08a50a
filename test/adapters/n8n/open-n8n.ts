import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  ICredentialDataDecryptedObject,
  ICredentialTestFunctions,
  ICredentialType,
  IExecuteFunctions,
  IHookFunctions,
  ILoadOptionsFunctions,
  INode,
  INodeExecutionData,
  INodeParameters,
  INodeType,
  INodeTypeData,
  INodeTypes,
  IPollFunctions,
  IRun,
  IRunExecutionData,
  ITriggerFunctions,
  IWebhookFunctions,
  IWorkflowExecuteAdditionalData,
  Workflow,
  WorkflowExecuteMode,
} from 'n8n-workflow';
import type * as WorkflowModule from 'n8n-workflow';
import { forgetModules, mainRealm } from '../../support/machine/main-realm.ts';
import { installN8n, n8nRequire } from '../../support/machine/n8n.ts';
import { packageNames, type PackageName } from '../../../scripts/generate/packages.ts';
import { installedPackages, nodeType } from './build-package.ts';

/** The parts of n8n's engine that are used here; its types are not among the dependencies. */
export interface Core {
  PackageDirectoryLoader: new (
    folder: string,
  ) => {
    loadAll(): Promise<void>;
    nodeTypes: INodeTypeData;
    credentialTypes: Record<string, { type: ICredentialType }>;
  };
  WorkflowExecute: new (
    additionalData: IWorkflowExecuteAdditionalData,
    mode: WorkflowExecuteMode,
    data: IRunExecutionData,
  ) => { processRunExecutionData(workflow: Workflow): Promise<IRun> & { cancel(): void } };
  ExecutionLifecycleHooks: new (mode: WorkflowExecuteMode, executionId: string, workflow: object) => object;
  ExecuteContext: new (...parts: unknown[]) => IExecuteFunctions;
  HookContext: new (...parts: unknown[]) => IHookFunctions;
  WebhookContext: new (...parts: unknown[]) => IWebhookFunctions;
  TriggerContext: new (...parts: unknown[]) => ITriggerFunctions;
  PollContext: new (...parts: unknown[]) => IPollFunctions;
  LoadOptionsContext: new (...parts: unknown[]) => ILoadOptionsFunctions;
  BinaryDataService: unknown;
  CredentialTestContext: new (additionalData: IWorkflowExecuteAdditionalData) => ICredentialTestFunctions;
}

/** Credential values by type. */
export type Credentials = Record<string, Record<string, unknown>>;

/** A node as a user has configured it. */
export interface NodeSetup {
  /** Node name in its package: `dataFactory`. */
  node: string;
  parameters?: INodeParameters;
  credentials?: Credentials;
  onError?: INode['onError'];
  /** Indexes of the outputs that lead to another node. Default: none. */
  connected?: number[];
  /** Whether n8n retries it on failure. */
  retryOnFail?: boolean;
}

/** The real n8n engine in this process, with packages of this project loaded. */
export interface N8n {
  core: Core;
  module: typeof WorkflowModule;
  /** The names of the nodes of these packages: `dataFactory`. */
  nodeNames: readonly string[];
  nodeType(name: string): INodeType;
  credentialTypes: Record<string, ICredentialType>;
  /** A workflow with a single node, with the parts of n8n's contexts. */
  set(setup: NodeSetup): { workflow: Workflow; node: INode; additionalData: IWorkflowExecuteAdditionalData };
  /** The open form of a node, as lists and resource mappers see it. */
  formOf(setup: NodeSetup): ILoadOptionsFunctions;
  /** Runs a node on items until it finishes. */
  execute(
    setup: NodeSetup,
    items?: INodeExecutionData[],
    options?: { mode?: WorkflowExecuteMode; stopWhen?: () => boolean },
  ): Promise<Executed>;
  /** Resumes a waiting execution, as n8n does at its deadline. */
  resume(setup: NodeSetup, data: IRunExecutionData): Promise<Executed>;
  /** Makes n8n store files on disk instead of in memory from now on, as in production. */
  keepFilesOnDisk(): Promise<{ read(id: string): Promise<Buffer> }>;
  close(): Promise<void>;
}

/** The result of an execution. */
export interface Executed {
  items: INodeExecutionData[];
  /** All outputs; the second one is the error output of nodes that have one. */
  outputs: INodeExecutionData[][];
  error?: Error & { description?: string; httpCode?: string; context?: { itemIndex?: number } };
  status: string;
  /** The whole execution, as n8n stores it while it waits. */
  data: IRunExecutionData;
}

/**
 * Builds packages, by default all, and opens n8n's engine with them. Installs n8n first if it is missing, which takes minutes.
 *
 * Node itself loads the engine and the packages, once for all test files of the process, because jest needs longer for it
 * than most of these files run. They use the `Date`, timers and environment variables of `mainRealm`. Every call starts anew
 * with the engine's services and with the packages, so that no test file sees what another one left behind.
 */
export async function openN8n(names: readonly PackageName[] = packageNames): Promise<N8n> {
  const install = await installN8n((line) => console.log(line));
  const userFolder = mkdtempSync(join(tmpdir(), 'n8n-user-'));
  const { env } = mainRealm.process;
  const own = { N8N_LOG_LEVEL: 'silent', N8N_USER_FOLDER: userFolder };
  const before = Object.keys(own).map((name) => [name, env[name]] as const);
  Object.assign(env, own);
  const load = n8nRequire(install.folder);
  load('reflect-metadata');
  const core = load('n8n-core') as Core;
  const module = load('n8n-workflow') as typeof WorkflowModule;
  const { Container } = load('@n8n/di') as { Container: { get<T>(type: unknown): T; reset(): void } };
  Container.reset();
  const loaded: INodeTypeData = {};
  const credentialTypes: Record<string, ICredentialType> = {};
  for (const folder of await installedPackages(install.folder, names)) {
    forgetModules(load, folder);
    const loader = new core.PackageDirectoryLoader(folder);
    await loader.loadAll();
    Object.assign(loaded, loader.nodeTypes);
    for (const [credential, { type }] of Object.entries(loader.credentialTypes)) credentialTypes[credential] = type;
  }
  const typeOf = (name: string): INodeType => {
    const found = loaded[name.slice(name.lastIndexOf('.') + 1)];
    if (!found) throw new Error(`The packages have no node ${name}.`);
    return found.type as INodeType;
  };
  let executions = 0;
  const nodeTypes: INodeTypes = { getByName: typeOf, getByNameAndVersion: typeOf, getKnownTypes: () => ({}) };

  function set({ node: name, parameters = {}, credentials = {}, onError, connected = [], retryOnFail }: NodeSetup) {
    const type = typeOf(name);
    const { version } = type.description;
    const node: INode = {
      id: 'node-1',
      name: String(type.description.defaults.name),
      type: nodeType(name),
      typeVersion: Array.isArray(version) ? (version.at(-1) as number) : version,
      position: [0, 0],
      parameters,
      credentials: Object.fromEntries(Object.keys(credentials).map((key) => [key, { id: key, name: key }])),
      ...(onError ? { onError } : {}),
      ...(retryOnFail ? { retryOnFail, maxTries: 2, waitBetweenTries: 100 } : {}),
    };
    const workflow = new module.Workflow({
      id: 'workflow-1',
      name: 'Test',
      nodes: [node],
      connections: {
        [node.name]: {
          main: Array.from({ length: Math.max(0, ...connected.map((output) => output + 1)) }, (_, output) =>
            connected.includes(output) ? [{ node: 'Next', type: module.NodeConnectionTypes.Main, index: 0 }] : [],
          ),
        },
      },
      active: true,
      nodeTypes,
    });
    const own = workflow.getNode(node.name) as INode;
    return { workflow, node: own, additionalData: additionalDataOf(credentials, credentialTypes) };
  }

  async function runWorkflow(
    { workflow, node, additionalData }: ReturnType<typeof set>,
    data: IRunExecutionData,
    mode: WorkflowExecuteMode,
    stopWhen?: () => boolean,
  ): Promise<Executed> {
    const executionId = `execution-${(executions += 1)}`;
    Object.assign(additionalData, { executionId, hooks: new core.ExecutionLifecycleHooks(mode, executionId, {}) });
    const running = new core.WorkflowExecute(additionalData, mode, data).processRunExecutionData(workflow);
    const looking = stopWhen && setInterval(() => stopWhen() && running.cancel(), 20);
    const run = await running.finally(() => clearInterval(looking));
    const [result] = run.data.resultData.runData[node.name] ?? [];
    const outputs = (result?.data?.['main'] ?? []).map((output) => output ?? []);
    const error = (result?.error ?? run.data.resultData.error) as Executed['error'];
    return { items: outputs[0] ?? [], outputs, status: run.status, data: run.data, ...(error ? { error } : {}) };
  }

  return {
    core,
    module,
    nodeNames: Object.keys(loaded),
    nodeType: typeOf,
    credentialTypes,
    set,
    formOf(setup) {
      const { workflow, node, additionalData } = set(setup);
      Object.assign(additionalData, { currentNodeParameters: setup.parameters });
      return new core.LoadOptionsContext(workflow, node, additionalData, '');
    },
    async execute(setup, items = [{ json: {} }], { mode = 'trigger', stopWhen } = {}) {
      const parts = set(setup);
      const data = module.createRunExecutionData({
        startData: { destinationNode: { nodeName: parts.node.name, mode: 'inclusive' } },
        executionData: { nodeExecutionStack: [{ node: parts.node, data: { main: [items] }, source: null }] },
      });
      return runWorkflow(parts, data, mode, stopWhen);
    },
    // n8n stores a waiting execution in its database.
    resume: (setup, data) => runWorkflow(set(setup), JSON.parse(JSON.stringify(data)) as IRunExecutionData, 'trigger'),
    async keepFilesOnDisk() {
      const files = Container.get<{ init(): Promise<void>; getAsBuffer(data: { id: string }): Promise<Buffer> }>(
        core.BinaryDataService,
      );
      await files.init();
      return { read: (id) => files.getAsBuffer({ id }) };
    },
    close: async () => {
      // Other test files of the process start a real n8n with the environment of the process.
      for (const [name, value] of before) {
        if (value === undefined) delete env[name];
        else env[name] = value;
      }
      rmSync(userFolder, { recursive: true, force: true });
    },
  };
}

function additionalDataOf(
  credentials: Credentials,
  types: Record<string, ICredentialType>,
): IWorkflowExecuteAdditionalData {
  const local = 'http://localhost:5678';
  const credentialsHelper = {
    getParentTypes: () => [],
    isCredentialUsableByNode: () => true,
    getCredentialsProperties: (name: string) => types[name]?.properties ?? [],
    getDecrypted: async (_data: unknown, _node: unknown, type: string) =>
      structuredClone(credentials[type]) as ICredentialDataDecryptedObject,
    authenticate: async (_values: unknown, _type: string, request: unknown) => request,
    preAuthentication: async () => undefined,
    runPreAuthentication: async () => undefined,
  };
  return {
    credentialsHelper,
    executionId: 'execution-1',
    currentNodeExecutionIndex: 0,
    variables: {},
    restApiUrl: `${local}/rest`,
    instanceBaseUrl: local,
    formBaseUrl: local,
    formWaitingBaseUrl: `${local}/form-waiting`,
    formTestBaseUrl: local,
    webhookBaseUrl: `${local}/webhook`,
    webhookWaitingBaseUrl: `${local}/webhook-waiting`,
    webhookTestBaseUrl: `${local}/webhook-test`,
    mcpBaseUrl: local,
    mcpTestBaseUrl: local,
  } as unknown as IWorkflowExecuteAdditionalData;
}
