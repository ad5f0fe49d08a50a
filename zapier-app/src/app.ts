import zapier, { defineApp, type Create, type Search, type Trigger } from 'zapier-platform-core';
import type { Service } from '../../shared/src/define/service.ts';
import packageJson from '../package.json' with { type: 'json' };
import { createOf } from './action.ts';
import { authenticationOf } from './authentication.ts';
import { hydratorOf } from './hydrate.ts';
import { pollingTriggerOf } from './polling-trigger.ts';
import { searchOf } from './search.ts';
import type { Settings } from './settings.ts';
import { webhookTriggerOf } from './webhook-trigger.ts';

/** What may be set otherwise than in production. */
export interface AppOptions {
  /** Seconds that a step waits for the end of a run. Default: 25 of the 30 that Zapier gives it. */
  maxWaitSeconds?: number;
}

const byKey = <T extends { key: string }>(entries: T[]): Record<string, T> =>
  Object.fromEntries(entries.map((entry) => [entry.key, entry]));

/** The Zapier app of some services; those that cannot run on Zapier are left out. */
export function zapierApp(services: readonly Service[], { maxWaitSeconds = 25 }: AppOptions = {}) {
  const downloadFile = hydratorOf(() => settings);
  const offered = services.filter((service) => service.missing?.zapier === undefined);
  const settings: Settings = { services: offered, maxWaitSeconds, downloadFile };
  const triggers = offered.flatMap((service) =>
    service.triggers.map(
      (trigger): Trigger =>
        trigger.how === 'webhook'
          ? webhookTriggerOf(service, trigger, settings)
          : pollingTriggerOf(service, trigger, settings),
    ),
  );
  const creates = offered.flatMap((service) =>
    service.operations.flatMap((operation): Create[] =>
      operation.kind === 'action' ? [createOf(service, operation, settings)] : [],
    ),
  );
  const searches = offered.flatMap((service) =>
    service.operations.flatMap((operation): Search[] =>
      operation.kind === 'search' ? [searchOf(service, operation, settings)] : [],
    ),
  );
  return defineApp({
    version: packageJson.version,
    platformVersion: zapier.version,
    authentication: authenticationOf(settings),
    triggers: byKey(triggers),
    creates: byKey(creates),
    searches: byKey(searches),
    hydrators: { downloadFile },
    // Zapier's own recording of requests keeps whole bodies in memory; empty values typed on purpose must arrive.
    flags: { skipHttpPatch: true, cleanInputData: false },
  });
}
