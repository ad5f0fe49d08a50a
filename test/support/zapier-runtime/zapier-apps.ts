import type { Data } from './app-runner.ts';
import { replaceHydrationPointers } from './hydration.ts';
import type { ZapBackend } from './zap.ts';
import { startZapierBackend, type ZapierBackend } from './zapier-backend.ts';

/** Several apps on Zapier, for Zaps with steps of different apps. */
export interface ZapierApps extends ZapBackend {
  close(): Promise<void>;
}

/** Passes only the values that the connection form of the app asks for: each app has a connection of its own. */
async function connectionOf(backend: ZapierBackend, authData: Data = {}): Promise<Data> {
  const { authentication } = await backend.definition();
  const keys = (authentication?.fields ?? []).map(({ key }) => key);
  return Object.fromEntries(Object.entries(authData).filter(([key]) => keys.includes(key)));
}

/**
 * Boots several apps and finds the app of each step by the step's key, which is unique among them. The account of a step may
 * contain the values of several apps; each app gets its own.
 */
export async function startZapierApps(zipPaths: readonly string[]): Promise<ZapierApps> {
  const backends = await Promise.all(zipPaths.map((zipPath) => startZapierBackend(zipPath, { maxContainers: 2 })));
  const definitions = await Promise.all(backends.map((backend) => backend.definition()));
  const ownerOf = (kind: 'triggers' | 'creates' | 'searches', key: string): ZapierBackend => {
    const owners = backends.filter((_, index) => definitions[index]?.[kind]?.[key]);
    const [owner] = owners;
    if (!owner || owners.length > 1) throw new Error(`${owners.length} apps have ${key} among their ${kind}.`);
    return owner;
  };
  const withConnection = async <S extends { authData?: Data }>(backend: ZapierBackend, setup: S): Promise<S> => ({
    ...setup,
    authData: await connectionOf(backend, setup.authData),
  });

  return {
    definition: async () => ({
      version: '',
      platformVersion: '',
      triggers: Object.assign({}, ...definitions.map(({ triggers }) => triggers)),
    }),
    trigger(key) {
      const backend = ownerOf('triggers', key);
      const trigger = backend.trigger(key);
      return {
        subscribe: async (options = {}) => trigger.subscribe(await withConnection(backend, options)),
        poll: async (setup = {}) => trigger.poll(await withConnection(backend, setup)),
        performList: async (setup = {}) => trigger.performList(await withConnection(backend, setup)),
        loadSample: async (setup = {}) => trigger.loadSample(await withConnection(backend, setup)),
      };
    },
    poll: async (key, setup = {}) => {
      const backend = ownerOf('triggers', key);
      return backend.poll(key, await withConnection(backend, setup));
    },
    create: async (key, setup = {}) => {
      const backend = ownerOf('creates', key);
      return backend.create(key, await withConnection(backend, setup));
    },
    search: async (key, setup = {}) => {
      const backend = ownerOf('searches', key);
      return backend.search(key, await withConnection(backend, setup));
    },
    async resolvePointers(inputData) {
      const resolved = await replaceHydrationPointers(inputData, async (pointer) => {
        const owner = backends.find((backend) => backend.created(pointer));
        if (!owner) throw new Error('No app created this pointer.');
        return (await owner.resolvePointers({ pointer }))['pointer'];
      });
      return resolved as Data;
    },
    close: async () => void (await Promise.all(backends.map((backend) => backend.close()))),
  };
}
