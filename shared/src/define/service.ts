import { concealOperation, concealTrigger } from './conceal-service.ts';
import type { Connection } from './connection.ts';
import type { Listing } from './listing.ts';
import type { Operation } from './operation.ts';
import type { Trigger } from './trigger.ts';

/** A service of a vendor: what a platform shows as one node or one group of steps. */
export interface Service {
  /** Unique in the catalog, camel case: `dataFactory`. */
  key: string;
  /** The vendor's name of it: `Azure Data Factory`. */
  name: string;
  /** What a person can do with it, in one sentence. */
  description: string;
  connection: Connection;
  /** Connections of other services that some operations need besides, and for which value of which field. */
  furtherConnections?: readonly { connection: Connection; shownWhen: { field: string; is: readonly string[] } }[];
  operations: readonly Operation[];
  triggers: readonly Trigger[];
  /** Faces on which the service cannot run, each with the reason in one sentence. */
  missing?: Partial<Record<'n8n' | 'zapier', string>>;
  /** How it is shown in directories of nodes and apps; required for every service in the catalog. */
  listing?: Listing;
}

/** Describes a service; see `Service`. Nothing that its operations and triggers give, log or raise shows a secret of its connections. */
export function defineService(described: Omit<Service, 'connection'> & { connection: unknown }): Service {
  const service = described as Service;
  return {
    ...service,
    operations: service.operations.map((operation) => concealOperation(service, operation)),
    triggers: service.triggers.map((trigger) => concealTrigger(service, trigger)),
  };
}
