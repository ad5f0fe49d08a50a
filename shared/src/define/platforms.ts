import type { Service } from './service.ts';

/** Where an operation is offered. */
export type Platform = 'n8n' | 'zapier' | 'cli';

/** The platforms that offer a service. The command line runs actions and searches; triggers need a platform that is called. */
export function platformsOf(service: Service, kind: 'action' | 'search' | 'trigger'): Platform[] {
  const platforms = (['n8n', 'zapier'] as const).filter((platform) => service.missing?.[platform] === undefined);
  return kind === 'trigger' ? platforms : [...platforms, 'cli'];
}
