import type { Service } from '../../shared/src/define/service.ts';
import { doubles, type DoubleName } from '../doubles/doubles.ts';
import type { Sandbox } from '../doubles/sandbox.ts';
import type { Double } from '../doubles/server/double.ts';
import type { Runnable } from '../doubles/server/runnable.ts';
import type { World } from '../doubles/world.ts';
import { serviceOf } from './service-of.ts';

/** A job, pipeline or report that can be run at a vendor, with its service. */
export interface Vendor extends Omit<Runnable<never>, 'service' | 'started' | 'cancel' | 'isCancelled'> {
  service: Service;
  /** IDs of the started runs, oldest first. */
  started(sandbox: Sandbox): string[];
  /** Cancels a run at the vendor. */
  cancel(sandbox: Sandbox, id: string): void;
  /** Whether cancellation of a run was requested. */
  isCancelled(sandbox: Sandbox, id: string): boolean;
}

function vendorsOf<Name extends DoubleName>(name: Name): Vendor[] {
  const double: Double = doubles[name];
  return (double.runnables ?? []).map((runnable: Runnable<World[Name]>) => ({
    ...runnable,
    service: serviceOf(runnable.service),
    started: ({ world }) => runnable.started(world[name]),
    cancel: ({ world }, id) => runnable.cancel(world[name], id),
    isCancelled: ({ world }, id) => runnable.isCancelled(world[name], id),
  }));
}

/** Everything that Pipewright can run at a vendor, as declared by the doubles. */
export const vendors: Vendor[] = (Object.keys(doubles) as DoubleName[]).flatMap(vendorsOf);
