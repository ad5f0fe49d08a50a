import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Container,
  ContainerExitedError,
  type ContainerOptions,
  type Invocation,
  startContainer,
  type ZapierEvent,
} from './container.ts';
import { requireWithinBytes } from './limits.ts';
import { unzip } from './unzip.ts';

export interface BootOptions extends Pick<ContainerOptions, 'environment' | 'timeLimitMs'> {
  /** Maximum number of concurrent containers. Default: 3. */
  maxContainers?: number;
}

/** A built Zapier app in Zapier's own runtime. */
export interface ZapierApp {
  /** Startup time of the first container, in milliseconds. */
  readonly coldStart: { spawnToReadyMs: number; importMs: number };
  /** Passes an event to an idle container; starts another one when all are busy, as Lambda does. */
  invoke(event: ZapierEvent): Promise<Invocation>;
  /** Number of running containers. */
  containerCount(): number;
  /** The largest resident memory of a container, now and at its peak, in bytes. */
  memory(): { rssBytes: number; peakRssBytes: number };
  /** Milliseconds of CPU time that the running containers have used. */
  cpuMs(): number;
  /** Ends all containers and removes the unpacked zip. */
  close(): Promise<void>;
}

/**
 * Unpacks a `build.zip` and loads it in Node 22 as Zapier does in production: `NODE_ENV` is production, the working
 * directory is the unpacked zip, and each container takes one event at a time and is killed after 30 seconds.
 *
 * `invoke` throws `ZapierAppError` for an error of the app, `ZapierLimitError` for a limit of Zapier (after the time
 * limit the container is gone, as on Lambda), and `ContainerExitedError` when the process died.
 */
export async function bootZapierApp(zipPath: string, options: BootOptions = {}): Promise<ZapierApp> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'zapier-runtime-')));
  const codeFolder = join(folder, 'code');
  const temporaryFolder = join(folder, 'tmp');
  await mkdir(codeFolder);
  await mkdir(temporaryFolder);
  const { maxContainers = 3, ...rest } = options;
  const start = () => startContainer({ ...rest, codeFolder, temporaryFolder });

  let first: Container;
  try {
    await unzip(zipPath, codeFolder);
    first = await start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const all = new Set([first]);
  const idle = [first];
  const queue: ((container: Container | undefined) => void)[] = [];
  let starting = 0;

  const acquire = async (): Promise<Container> => {
    for (let container = idle.pop(); container; container = idle.pop()) {
      if (container.isAlive()) return container;
      all.delete(container);
    }
    if (all.size + starting >= maxContainers) {
      const handedOver = await new Promise<Container | undefined>((resolve) => queue.push(resolve));
      return handedOver ?? acquire();
    }
    starting += 1;
    try {
      const container = await start();
      all.add(container);
      return container;
    } finally {
      starting -= 1;
    }
  };
  const release = (container: Container) => {
    if (!container.isAlive()) all.delete(container);
    const next = queue.shift();
    if (next) next(container.isAlive() ? container : undefined);
    else if (container.isAlive()) idle.push(container);
  };
  const invokeOnce = async (event: ZapierEvent): Promise<Invocation> => {
    const container = await acquire();
    try {
      return await container.invoke(event);
    } finally {
      release(container);
    }
  };

  return {
    coldStart: { spawnToReadyMs: first.spawnToReadyMs, importMs: first.importMs },
    containerCount: () => all.size,
    async invoke(event) {
      const method = event.method ?? event.command;
      requireWithinBytes('inputBytes', event.bundle, `The input of ${method}`);
      const invocation = await invokeOnce(event).catch((error: unknown) => {
        if (error instanceof ContainerExitedError && error.beforeTheEvent) return invokeOnce(event);
        throw error;
      });
      if (event.command === 'execute') requireWithinBytes('outputBytes', invocation.results, `The output of ${method}`);
      return invocation;
    },
    memory() {
      const figures = [...all].map((container) => container.memory());
      return {
        rssBytes: Math.max(0, ...figures.map((figure) => figure.rssBytes)),
        peakRssBytes: Math.max(0, ...figures.map((figure) => figure.peakRssBytes)),
      };
    },
    cpuMs: () => [...all].reduce((sum, container) => sum + container.cpuMs(), 0),
    async close() {
      await Promise.all([...all].map((container) => container.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
