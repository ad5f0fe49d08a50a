import type { Platform } from '../host/wording.ts';
import type { Service } from './service.ts';

/**
 * The platforms that offer a service. The command line runs only actions and searches: triggers need a platform that polls or
 * receives webhooks.
 */
export function platformsOf(service: Service, kind: 'action' | 'search' | 'trigger'): Platform[] {
  const platforms = (['n8n', 'zapier'] as const).filter((platform) => service.missing?.[platform] === undefined);
  return kind === 'trigger' ? platforms : [...platforms, 'cli'];
}
