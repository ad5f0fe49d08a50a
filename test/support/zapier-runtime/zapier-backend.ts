import type { AppDefinition, FieldDefinition } from './app-definition.ts';
import { findAction } from './app-definition.ts';
import { createAppRunner, type Data, type StepSetup } from './app-runner.ts';
import { type LogEntry, startBackendServer } from './backend-server.ts';
import { bootZapierApp, type BootOptions, type ZapierApp } from './boot-zapier-app.ts';
import { type CreateOutcome, runCreate } from './create.ts';
import type { Deduper } from './deduper.ts';
import { type ChoicePage, type FieldSetup, readChoices, readFields } from './fields.ts';
import { readHydrationPointer, replaceHydrationPointers } from './hydration.ts';
import { PlatformStore } from './platform-store.ts';
import type { StoredFile } from './stored-file.ts';
import { type HookSubscription, openTrigger, type SubscribeOptions, type Trigger } from './trigger.ts';

/** The result of a hydration pointer. */
export interface Hydrated {
  type: 'method' | 'file';
  /** The hydrator's return value; for a file its URL. */
  value: unknown;
  /** The file that the hydrator stashed, if any. */
  file?: StoredFile;
}

export interface BackendOptions extends BootOptions {
  /** Milliseconds since 1970, for expiry in `z.cache` and `z.cursor`. Default: the system clock. */
  now?: () => number;
}

/**
 * Zapier, as far as an app can see it: its engine, its editor and its servers, on 127.0.0.1.
 *
 * Calls throw `ZapierAppError` for errors of the app and `ZapierLimitError` for a limit of Zapier.
 */
export interface ZapierBackend {
  readonly app: ZapierApp;
  /** Everything that the app logged, including its HTTP requests, as Zapier's servers receive it. */
  readonly logs: readonly LogEntry[];
  trigger(key: string): Trigger;
  /** Short for `trigger(key).poll(setup)`. */
  poll(key: string, setup?: StepSetup): Promise<Data[]>;
  /** Short for `trigger(key).performList(setup)`. */
  performList(key: string, setup?: StepSetup): Promise<Data[]>;
  create(key: string, setup?: StepSetup & { isLoadingSample?: boolean }): Promise<CreateOutcome>;
  /** The matches of a search, the best first; empty if there are none. */
  search(key: string, setup?: StepSetup): Promise<Data[]>;
  /** Resolves a pointer that the app signed, with the account that it was created with. */
  hydrate(pointer: string): Promise<Hydrated>;
  /** Whether the app created a pointer. */
  created(pointer: string): boolean;
  /** The input of a later step with its pointers resolved: a file becomes a download URL. */
  resolvePointers(inputData: Data): Promise<Data>;
  /** The file stashed at a URL. */
  storedFile(url: string): StoredFile | undefined;
  /** Serves a file to steps; returns its URL. */
  offerFile(file: () => Promise<StoredFile>): string;
  authTest(authData: Data): Promise<Data>;
  /** The name of the connection as the user sees it. */
  authLabel(authData: Data): Promise<string>;
  inputFields(key: string, setup?: FieldSetup): Promise<FieldDefinition[]>;
  outputFields(key: string, setup?: FieldSetup): Promise<FieldDefinition[]>;
  choices(
    key: string,
    fieldKey: string,
    setup?: FieldSetup & { page?: number; pagingToken?: string },
  ): Promise<ChoicePage>;
  definition(): Promise<AppDefinition>;
  /** Violations of Zapier's schema in the definition; empty if there are none. */
  validate(): Promise<unknown[]>;
  /** App output that violates Zapier's rules; in production Zapier only logs such violations. */
  failedChecks(): string[];
  close(): Promise<void>;
}

/** Starts the double and boots the app of a `build.zip` in it. */
export async function startZapierBackend(zipPath: string, options: BackendOptions = {}): Promise<ZapierBackend> {
  const { now = Date.now, environment = {}, ...bootOptions } = options;
  const server = await startBackendServer(new PlatformStore(now));
  let app: ZapierApp;
  try {
    app = await bootZapierApp(zipPath, {
      ...bootOptions,
      environment: { ...environment, LOGGING_ENDPOINT: server.logUrl },
    });
  } catch (error) {
    await server.close();
    throw error;
  }
  const runner = createAppRunner(app, server, environment);
  const dedupers = new Map<string, Deduper>();
  const open = (key: string) => openTrigger(runner, dedupers, key);

  const backend: ZapierBackend = {
    app,
    logs: server.logs,
    trigger: (key) => ({
      subscribe: async (subscribeOptions?: SubscribeOptions): Promise<HookSubscription> =>
        (await open(key)).subscribe(subscribeOptions),
      poll: async (setup) => (await open(key)).poll(setup),
      performList: async (setup) => (await open(key)).performList(setup),
      loadSample: async (setup) => (await open(key)).loadSample(setup),
    }),
    poll: (key, setup) => backend.trigger(key).poll(setup),
    performList: (key, setup) => backend.trigger(key).performList(setup),
    create: (key, { isLoadingSample = false, ...setup } = {}) => runCreate(runner, key, setup, { isLoadingSample }),
    async search(key, setup = {}) {
      const { path } = findAction(await runner.definition(), key, 'searches');
      const { results } = await runner.run(`${path}.perform`, setup);
      return (Array.isArray(results) ? results : (results as { results: Data[] }).results) as Data[];
    },
    async hydrate(pointer) {
      const { type, method, inputData } = readHydrationPointer(pointer, runner.hydrationSecret);
      const { results: value } = await runner.run(method, { authData: runner.accountOf(pointer) ?? {}, inputData });
      const file = typeof value === 'string' ? server.files.get(value) : undefined;
      return { type, value, ...(file && { file }) };
    },
    created: (pointer) => runner.accountOf(pointer) !== undefined,
    async resolvePointers(inputData) {
      const resolved = await replaceHydrationPointers(inputData, async (pointer) => {
        const { type } = readHydrationPointer(pointer, runner.hydrationSecret);
        if (type === 'method') return (await backend.hydrate(pointer)).value;
        return server.offerFile(async () => {
          const { file } = await backend.hydrate(pointer);
          if (!file) throw new Error('The hydrator stashed no file.');
          return file;
        });
      });
      return resolved as Data;
    },
    storedFile: (url) => server.files.get(url),
    offerFile: server.offerFile,
    authTest: async (authData) =>
      (await runner.run('authentication.test', { authData }, { meta: { isTestingAuth: true } })).results as Data,
    async authLabel(authData) {
      const label = (await runner.definition()).authentication?.connectionLabel ?? '';
      const inputData = await backend.authTest(authData);
      if (label.startsWith('$func$')) {
        return String((await runner.run('authentication.connectionLabel', { authData, inputData })).results);
      }
      return fillTemplate(label, { authData, inputData });
    },
    inputFields: (key, setup = {}) => readFields(runner, 'inputFields', key, setup),
    outputFields: (key, setup = {}) => readFields(runner, 'outputFields', key, setup),
    choices: (key, fieldKey, setup = {}) => readChoices(runner, key, fieldKey, setup),
    definition: () => runner.definition(),
    validate: () => runner.validate(),
    failedChecks: () =>
      server.logs.map((entry) => entry.message).filter((message) => message.startsWith('Zapier check')),
    async close() {
      await app.close();
      await server.close();
    },
  };
  return backend;
}

/** A label such as `{{bundle.inputData.name}}` or, for short, `{{name}}`. */
function fillTemplate(template: string, { authData, inputData }: { authData: Data; inputData: Data }): string {
  return template.replace(/{{\s*(?:bundle\.(inputData|authData)\.)?(\w+)\s*}}/g, (_, from: string, name: string) => {
    const value = from === 'authData' ? authData[name] : (inputData[name] ?? authData[name]);
    return String(value ?? '');
  });
}
