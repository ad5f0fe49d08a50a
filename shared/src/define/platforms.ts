import type { Service } from './service.ts';

/** Where an operation is offered. */
export type Face = 'n8n' | 'zapier' | 'cli';

/** The faces a service has. The command line runs actions and searches; triggers need a platform that is called. */
export function facesOf(service: Service, kind: 'action' | 'search' | 'trigger'): Face[] {
  const platforms = (['n8n', 'zapier'] as const).filter((face) => service.missing?.[face] === undefined);
  return kind === 'trigger' ? platforms : [...platforms, 'cli'];
}
