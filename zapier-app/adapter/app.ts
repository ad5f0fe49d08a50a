import zapier, { defineApp, type Create, type Search, type Trigger } from 'zapier-platform-core';
import type { Service } from '../../shared/src/define/service.ts';
import { createOf } from './action.ts';
import { authenticationOf } from './authentication.ts';
import { hydratorOf } from './hydrate.ts';
import { kindOf } from './kind.ts';
import { keyOf } from './names.ts';
import { narrowDefinitions } from './narrow-definition.ts';
import { pollingTriggerOf } from './polling-trigger.ts';
import { searchOf } from './search.ts';
import type { Settings } from './settings.ts';
import { webhookTriggerOf } from './webhook-trigger.ts';

/** Options of an app. */
export interface AppOptions {
  /** The app's own version, from its package.json. Default: 0.0.0, for tests. */
  version?: string;
  /** Seconds that a step waits for a run to finish. Default: 25 of the 30 that Zapier allows. */
  maxWaitSeconds?: number;
}

/** A step of the app: its key, and how to convert it from the service's definition. */
type Conversion<T> = readonly [key: string, convert: () => T];

/** Steps by key, each of which is converted when it is first read: at a cold start, Zapier calls only one. */
function byKey<T>(conversions: readonly Conversion<T>[]): Record<string, T> {
  const steps: Record<string, T> = {};
  for (const [key, convert] of conversions) {
    let step: T | undefined;
    Object.defineProperty(steps, key, { enumerable: true, get: () => (step ??= convert()) });
  }
  return steps;
}

/** The Zapier app of some services; services that cannot run on Zapier are omitted. */
export function zapierApp(services: readonly Service[], { version = '0.0.0', maxWaitSeconds = 25 }: AppOptions = {}) {
  narrowDefinitions();
  const downloadFile = hydratorOf(() => settings);
  const offered = services.filter((service) => service.missing?.zapier === undefined);
  const settings: Settings = { services: offered, maxWaitSeconds, downloadFile };
  const triggers = offered.flatMap((service) =>
    service.triggers.map(
      (trigger): Conversion<Trigger> => [
        keyOf(service, trigger),
        () =>
          trigger.how === 'webhook'
            ? webhookTriggerOf(service, trigger, settings)
            : pollingTriggerOf(service, trigger, settings),
      ],
    ),
  );
  const creates = offered.flatMap((service) =>
    service.operations.flatMap((operation): Conversion<Create>[] =>
      operation.kind === 'action' && kindOf(operation) === 'action'
        ? [[keyOf(service, operation), () => createOf(service, operation, settings)]]
        : [],
    ),
  );
  const searches = offered.flatMap((service) =>
    service.operations.flatMap((operation): Conversion<Search>[] =>
      kindOf(operation) === 'search' ? [[keyOf(service, operation), () => searchOf(service, operation, settings)]] : [],
    ),
  );
  return defineApp({
    version,
    platformVersion: zapier.version,
    authentication: authenticationOf(settings),
    triggers: byKey(triggers),
    creates: byKey(creates),
    searches: byKey(searches),
    hydrators: { downloadFile },
    // Zapier's request logging buffers whole bodies in memory. Values that were deliberately left empty must arrive.
    flags: { skipHttpPatch: true, cleanInputData: false },
  });
}
