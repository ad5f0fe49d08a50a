import { services } from '../../shared/src/catalog.ts';
import type { Service } from '../../shared/src/define/service.ts';

/** The service with a key. @throws Error when the catalog has none */
export function serviceOf(key: string): Service {
  const service = services.find((one) => one.key === key);
  if (!service) throw new Error(`The catalog has no service ${key}.`);
  return service;
}
