import { createHash, randomUUID } from 'node:crypto';
import type { AppDefinition } from './app-definition.ts';
import type { BackendServer } from './backend-server.ts';
import type { ZapierApp } from './boot-zapier-app.ts';
import type { Invocation } from './container.ts';
import { findHydrationPointers } from './hydration.ts';

/** Any JSON object: user input or app output. */
export type Data = Record<string, unknown>;

/** A user's configuration of a step: the connected account and the fields. */
export interface StepSetup {
  authData?: Data;
  inputData?: Data;
}

/** Calls methods of the app as Zapier's engine does. */
export interface AppRunner {
  readonly server: BackendServer;
  /** The app's secret for signing hydration pointers. */
  readonly hydrationSecret: string;
  /** The account that the app created a hydration pointer with, and that resolves it. */
  accountOf(pointer: string): Data | undefined;
  definition(): Promise<AppDefinition>;
  validate(): Promise<unknown[]>;
  /** Runs a method of the app; `extras` are further parts of the bundle, or the callback URL. */
  run(method: string, setup: StepSetup, extras?: RunExtras): Promise<Invocation>;
}

export interface RunExtras {
  /** `bundle.meta` in addition to its defaults. */
  meta?: Data;
  /** `subscribeData`, `targetUrl`, `rawRequest`, `cleanedRequest`, `outputData`, … */
  bundle?: Data;
  callbackUrl?: string;
}

/** Connects an app to the servers of the double. */
export function createAppRunner(app: ZapierApp, server: BackendServer, environment: Record<string, string>): AppRunner {
  const hydrationSecret = randomUUID();
  const ground = {
    token: server.token,
    rpc_base: server.rpcUrl,
    environment: { ...environment, _ZAPIER_ONE_TIME_SECRET: hydrationSecret },
  };
  const describe = async (command: 'definition' | 'validate') => (await app.invoke({ ...ground, command })).results;
  const accounts = new Map<string, Data>();
  let definition: Promise<AppDefinition> | undefined;

  return {
    server,
    hydrationSecret,
    accountOf: (pointer) => accounts.get(pointer),
    definition: () => (definition ??= describe('definition') as Promise<AppDefinition>),
    validate: async () => (await describe('validate')) as unknown[],
    async run(method, { authData = {}, inputData = {} }, { meta, bundle, callbackUrl } = {}) {
      const auth = fingerprint(authData);
      const storeKey = server.storeKeyFor({ user: 'user', auth, zap: fingerprint({ method, auth, inputData }) });
      const invocation = await app.invoke({
        ...ground,
        command: 'execute',
        method,
        storeKey,
        ...(callbackUrl && { callback_url: callbackUrl }),
        bundle: {
          authData,
          inputData,
          inputDataRaw: inputData,
          meta: { ...defaultMeta, ...meta },
          ...bundle,
        },
      });
      for (const pointer of findHydrationPointers(invocation.results)) accounts.set(pointer, authData);
      return invocation;
    },
  };
}

/** A short hash of the data; it identifies accounts and Zaps without containing their secrets. */
export function fingerprint(data: Data): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
}

const defaultMeta = {
  isLoadingSample: false,
  isFillingDynamicDropdown: false,
  isPopulatingDedupe: false,
  isTestingAuth: false,
  limit: -1,
  page: 0,
  timezone: 'UTC',
};
