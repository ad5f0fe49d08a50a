import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  IHookFunctions,
  INodeExecutionData,
  ITriggerFunctions,
  IWebhookFunctions,
  NodeOperationError,
  WorkflowExecuteMode,
} from 'n8n-workflow';
import type { N8n, NodeSetup } from './open-n8n.ts';

/** Options for running a trigger. */
export interface ActiveTriggerOptions {
  /** `manual` runs a test in the editor. Default: `trigger`. */
  mode?: WorkflowExecuteMode;
  /** Whether this process is the leader, which runs the trigger's emitter. Default: true. */
  leads?: boolean;
}

/** An active workflow that starts with a trigger, at a real URL on this machine. */
export interface ActiveTrigger {
  url: string;
  /** The items that each started execution received. */
  executions: INodeExecutionData[][];
  /** The deduplication keys with which n8n rejects a second execution. */
  keys: string[];
  /** The lines in n8n's log. */
  logged: string[];
  /** Number of times the credential was read. */
  credentialsRead(): number;
  staticData(): Record<string, unknown>;
  /** Replaces values of the credential. */
  changeCredential(values: Record<string, unknown>): void;
  /** Activates the trigger as n8n does at startup: creates whatever is missing. */
  activate(): Promise<void>;
  /** Posts a body as a sender does; returns the status and text of the response. */
  post(body: string, headers?: Record<string, string>, query?: string): Promise<{ status: number; text: string }>;
  deactivate(): Promise<void>;
  /** Stops the trigger as n8n does at shutdown, without unsubscribing. */
  stop(): Promise<void>;
  /** The failed executions that the trigger saved. */
  failedExecutions: { message: string; description?: string | null | undefined }[];
  /** Runs the hourly tasks. */
  tick(): void;
  /** Changes the URL of n8n. */
  move(base: string): void;
  /** Closes the server without deactivating the trigger. */
  close(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** Opens a workflow with a single trigger as n8n does; `activate` activates it. */
export async function openTrigger(
  n8n: N8n,
  setup: NodeSetup,
  { mode = 'trigger', leads = true }: ActiveTriggerOptions = {},
): Promise<ActiveTrigger> {
  const type = n8n.nodeType(setup.node);
  const [description] = type.description.webhooks ?? [];
  if (!description) throw new Error(`${setup.node} has no webhook.`);
  const { workflow, node, additionalData } = n8n.set(setup);
  node.webhookId = 'b0a7';
  const executions: INodeExecutionData[][] = [];
  const logged: string[] = [];
  const keys: string[] = [];
  const failedExecutions: NodeOperationError[] = [];
  let read = 0;
  const values = { ...Object.values(setup.credentials ?? {})[0] };
  Object.assign(additionalData.credentialsHelper, {
    getDecrypted: async () => {
      read += 1;
      return { ...values };
    },
  });
  const logger = {
    info: (line: string) => logged.push(line),
    warn: (line: string) => logged.push(line),
    error: (line: string) => logged.push(line),
    debug: () => undefined,
  };
  const withLog = <T extends object>(context: T): T => Object.defineProperty(context, 'logger', { value: logger });
  const webhookData = { webhookDescription: description, isTest: mode === 'manual' };

  const server = createServer(async (request, response) => {
    const rawBody = await readBody(request);
    const url = new URL(request.url ?? '', 'http://localhost');
    const httpRequest = {
      // Only a main process has test URLs, which tells a trigger that it may start executions here.
      app: { router: { stack: leads ? [{ route: { path: '/webhook-test/*path' } }] : [] } },
      headers: request.headers,
      query: Object.fromEntries(url.searchParams),
      params: {},
      body: {},
      readRawBody: async () => void Object.assign(httpRequest, { rawBody }),
    };
    const httpResponse = {
      headersSent: false,
      set(name: string, value: string) {
        response.setHeader(name, value);
        return httpResponse;
      },
      status(code: number) {
        response.statusCode = code;
        return httpResponse;
      },
      end(text?: string) {
        httpResponse.headersSent = true;
        response.end(text);
      },
    };
    const own = { ...additionalData, httpRequest, httpResponse };
    const context = withLog(new n8n.core.WebhookContext(workflow, node, own, mode, webhookData, [], null));
    const result = await (
      type.webhook as (this: IWebhookFunctions) => ReturnType<NonNullable<typeof type.webhook>>
    ).call(context);
    if (result.workflowData) executions.push(...result.workflowData.map((items) => items));
    if (!result.noWebhookResponse) response.end(JSON.stringify(result.webhookResponse ?? 'Webhook call received'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(additionalData, { webhookBaseUrl: base, webhookTestBaseUrl: base });

  const hook = (): IHookFunctions =>
    withLog(new n8n.core.HookContext(workflow, node, additionalData, mode, 'activate', webhookData));
  const hooks = type.webhookMethods?.default;
  let close: (() => Promise<void>) | undefined;
  const ticks: (() => void)[] = [];
  const emit = (
    data: INodeExecutionData[][],
    _response: unknown,
    done: { resolve(): void } | undefined,
    key: string,
  ) => {
    if (!keys.includes(key)) {
      keys.push(key);
      executions.push(...data);
    }
    done?.resolve();
  };
  const post: ActiveTrigger['post'] = async (body, headers = {}, query = '') => {
    const answer = await fetch(`${url()}${query}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.status, text: await answer.text() };
  };
  const url = (): string => hook().getNodeWebhookUrl('default') ?? '';
  return {
    get url() {
      return url();
    },
    executions,
    failedExecutions,
    keys,
    logged,
    credentialsRead: () => read,
    staticData: () => workflow.getStaticData('node', node),
    changeCredential: (changed) => void Object.assign(values, changed),
    async activate() {
      if (!(await hooks?.checkExists.call(hook()))) await hooks?.create.call(hook());
      if (leads && mode !== 'manual') {
        const context = withLog(
          new n8n.core.TriggerContext(
            workflow,
            node,
            additionalData,
            mode,
            'activate',
            emit,
            undefined,
            (error: NodeOperationError) => failedExecutions.push(error),
          ),
        );
        Object.assign(context.helpers, {
          registerCron: (_cron: object, onTick: () => void) => void ticks.push(onTick),
        });
        close = (
          await (type.trigger as (this: ITriggerFunctions) => ReturnType<NonNullable<typeof type.trigger>>).call(
            context,
          )
        )?.closeFunction;
      }
    },
    post,
    async deactivate() {
      await hooks?.delete.call(hook());
      await close?.();
    },
    async stop() {
      await close?.();
      ticks.length = 0;
    },
    tick: () => ticks.forEach((onTick) => onTick()),
    move: (moved) => void Object.assign(additionalData, { webhookBaseUrl: moved, webhookTestBaseUrl: moved }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
