import type { Connection } from '../../shared/src/define/connection.ts';
import type { Listing } from '../../shared/src/define/listing.ts';
import type { Service } from '../../shared/src/define/service.ts';

/** `dataFactory` → `DataFactory`. */
export function pascalCase(key: string): string {
  return `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

/** `dataFactory` → `data-factory`. */
export function kebabCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The listing of a service. @throws Error if the service has none */
export function listingOf({ key, listing }: Service): Listing {
  if (!listing) throw new Error(`The service ${key} has no listing. Add one to its service.ts.`);
  return listing;
}

/** Base name of a service's icons. */
export function iconOf(service: Service): string {
  return listingOf(service).icon ?? kebabCase(service.key);
}

/** Base name of a connection's icons: its own, the first service's that logs in with it, or its key. */
export function connectionIcon(connection: Connection, services: readonly Service[]): string {
  const service = services.find((candidate) => candidate.connection === connection);
  return connection.icon ?? (service ? iconOf(service) : kebabCase(connection.key));
}

/** The connections of services without duplicates, in the order of the services. */
export function connectionsOf(services: readonly Service[]): Connection[] {
  return [...new Set(services.map(({ connection }) => connection))];
}

/**
 * The name of a node or credential in the lists of n8n. n8n refuses to install a package with a display name that another
 * package uses, and some services have nodes and credentials of n8n's own.
 */
export function displayNameOf(name: string): string {
  return `Pipewright ${name}`;
}
