import { dirname, join } from 'node:path';
import zapier from 'zapier-platform-core';
import { findAction } from '../../support/zapier-runtime/app-definition.ts';
import { createAppRunner, type Data, type StepSetup } from '../../support/zapier-runtime/app-runner.ts';
import { startBackendServer } from '../../support/zapier-runtime/backend-server.ts';
import type { ZapierApp } from '../../support/zapier-runtime/boot-zapier-app.ts';
import { runCreate } from '../../support/zapier-runtime/create.ts';
import type { Deduper } from '../../support/zapier-runtime/deduper.ts';
import { readChoices, readFields, type FieldSetup } from '../../support/zapier-runtime/fields.ts';
import { readHydrationPointer } from '../../support/zapier-runtime/hydration.ts';
import { PlatformStore } from '../../support/zapier-runtime/platform-store.ts';
import { openTrigger } from '../../support/zapier-runtime/trigger.ts';

/** Handles a call of Zapier's engine. */
type Handler = (event: object) => Promise<{ results: unknown; status: string }>;

/** The parts of an app that contain its steps, without steps. */
const steps: Record<string, object> = { triggers: {}, creates: {}, searches: {} };

/** The app with only the step that is called, because the core copies and checks the whole app for each call. */
function partOf(app: object, group: string, key: string): object {
  const all = (app as Record<string, Record<string, unknown>>)[group];
  return { ...app, ...steps, ...(group in steps && all && key in all ? { [group]: { [key]: all[key] } } : {}) };
}

/**
 * Runs an app with the real handler of Zapier's core inside the test's own process, next to the double of Zapier's
 * servers. In a test the core is stricter than in production: an invalid output is an error,
 * and `z.console` writes to the console of the test.
 */
export async function startPlatform(app: object) {
  const store = new PlatformStore(Date.now);
  const server = await startBackendServer(store);
  const { createAppHandler } = zapier as unknown as { createAppHandler(app: object): Handler };
  // The core ends a process that has served 250 calls and is larger than 450 MB, as a test process is.
  Object.assign(
    jest.requireActual<object>(join(dirname(require.resolve('zapier-platform-core')), 'src', 'constants.js')),
    {
      KILL_MAX_LIMIT: Infinity,
    },
  );
  const handlers = new Map<string, Handler>();
  const handlerFor = (method = '') => {
    const [group = '', key = ''] = method.split('.');
    const name = group in steps ? `${group}.${key}` : method;
    const handler = handlers.get(name) ?? createAppHandler(method ? partOf(app, group, key) : app);
    handlers.set(name, handler);
    return handler;
  };
  const invoke = async (event: { method?: string }) => {
    const begin = Date.now();
    const outcome = await handlerFor(event.method)(event);
    return { ...outcome, durationMs: Date.now() - begin };
  };
  const runner = createAppRunner({ invoke } as unknown as ZapierApp, server, { LOGGING_ENDPOINT: server.logUrl });
  const dedupers = new Map<string, Deduper>();
  return {
    run: runner.run,
    /** Empties the cache of Zapier. */
    forgetCache: () => store.forget(),
    files: server.files,
    offerFile: server.offerFile,
    trigger: (key: string) => openTrigger(runner, dedupers, key),
    create: async (key: string, setup: StepSetup): Promise<Data> => (await runCreate(runner, key, setup, {})).output,
    /** Runs an action that may wait for a callback, with the metadata of the editor. */
    begin: (key: string, setup: StepSetup, meta: Data = {}) => runCreate(runner, key, setup, meta),
    async search(key: string, setup: StepSetup): Promise<Data[]> {
      const { path } = findAction(await runner.definition(), key, 'searches');
      return (await runner.run(`${path}.perform`, setup)).results as Data[];
    },
    choices: (key: string, field: string, setup: FieldSetup & { pagingToken?: string }) =>
      readChoices(runner, key, field, setup),
    inputFields: (key: string, setup: FieldSetup) => readFields(runner, 'inputFields', key, setup),
    outputFields: (key: string, setup: FieldSetup) => readFields(runner, 'outputFields', key, setup),
    testConnection: async (authData: Data): Promise<Data> =>
      (await runner.run('authentication.test', { authData })).results as Data,
    /** Resolves a file pointer; returns the file's name, type and text. */
    async hydrate(pointer: unknown, authData: Data) {
      const { method, inputData } = readHydrationPointer(String(pointer), runner.hydrationSecret);
      const { results } = await runner.run(method, { authData, inputData });
      const file = server.files.get(String(results));
      if (!file) throw new Error('The hydrator stashed no file.');
      const pieces: Uint8Array[] = [];
      for await (const piece of file.chunks()) pieces.push(piece as Uint8Array);
      return { name: file.name, mediaType: file.mediaType, text: Buffer.concat(pieces).toString('utf8') };
    },
    pointerOf: (pointer: unknown) => readHydrationPointer(String(pointer), runner.hydrationSecret),
    close: () => server.close(),
  };
}

/** The running platform. */
export type Platform = Awaited<ReturnType<typeof startPlatform>>;
