import { credentialName } from '../../n8n-nodes/adapter/names.ts';
import type { Host } from '../../shared/src/host/host.ts';
import { memoryCache } from '../../shared/src/host/memory-cache.ts';
import { nodeHost } from '../../shared/src/host/node/node-host.ts';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../doubles/sandbox.ts';
import { ManualClock } from '../doubles/server/clock.ts';
import { operate } from '../unit/operate.ts';
import type { Vendor } from './vendors.ts';

/** A minute in milliseconds. */
export const minute = 60_000;

/** The core with its own sandbox; their shared clock advances only during sleeps. */
export interface CoreWorld {
  clock: ManualClock;
  sandbox: Sandbox;
  /** Opens a separate host, as each process has one. */
  open(options?: Partial<Host>): Host;
  /** Runs an operation of the vendor's service. */
  operate(
    vendor: Vendor,
    operation: string,
    typed: Record<string, unknown>,
    host?: Host,
  ): Promise<Record<string, unknown>>;
}

/** Starts a world in which runs take three minutes after 20 seconds in the queue. @param options those of the sandbox */
export async function startCoreWorld(options: Pick<SandboxOptions, 'tokenSeconds'> = {}): Promise<CoreWorld> {
  const clock = new ManualClock();
  const sandbox = await startSandbox({ ...options, clock });
  sandbox.control.setDurations({
    queuedMilliseconds: 20_000,
    runningMilliseconds: 3 * minute,
    cancellingMilliseconds: 5_000,
  });
  const open = (options: Partial<Host> = {}): Host => {
    const host: Host = {
      ...nodeHost(options.signal ? { signal: options.signal } : {}),
      now: () => clock.now(),
      async sleep(milliseconds) {
        clock.advance(milliseconds);
        host.signal?.throwIfAborted();
      },
      random: () => 0.5,
      cache: memoryCache(() => clock.now()),
      ...options,
    };
    return host;
  };
  return {
    clock,
    sandbox,
    open,
    operate: (vendor, operation, typed, host = open()) =>
      operate(
        vendor.service,
        operation,
        typed,
        host,
        sandboxCredentials(sandbox)[credentialName(vendor.service.connection)] ?? {},
      ),
  };
}
