import { concealOperation, concealTrigger } from './conceal-service.ts';
import type { Connection } from './connection.ts';
import type { Listing } from './listing.ts';
import type { Operation } from './operation.ts';
import type { Trigger } from './trigger.ts';

/** A service of a vendor: one node, or one group of steps, on a platform. */
export interface Service {
  /** Unique in the catalog, camel case: `dataFactory`. */
  key: string;
  /** The vendor's name for it: `Azure Data Factory`. */
  name: string;
  /** What a user can do with it, in one sentence. */
  description: string;
  connection: Connection;
  operations: readonly Operation[];
  triggers: readonly Trigger[];
  /** Platforms on which the service cannot run, each with the reason in one sentence. */
  missing?: Partial<Record<'n8n' | 'zapier', string>>;
  /** Its entry in directories of nodes and apps; required for every service in the catalog. */
  listing?: Listing;
}

/** Defines a service; see `Service`. Masks the secrets of its connections in everything that its operations and triggers return, log or throw. */
export function defineService(service: Service): Service {
  return {
    ...service,
    operations: service.operations.map((operation) => concealOperation(service, operation)),
    triggers: service.triggers.map((trigger) => concealTrigger(service, trigger)),
  };
}
