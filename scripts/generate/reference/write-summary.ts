import type { Service } from '../../../shared/src/define/service.ts';
import { kebabCase } from '../names.ts';

/** The file name of a service's page in the reference: `data-factory.md`. */
export function pageName({ key }: Pick<Service, 'key'>): string {
  return `${kebabCase(key)}.md`;
}

/**
 * All services with their triggers and operations, as a table.
 * @param folder relative path from the text to the reference pages: `docs/reference/`, or empty for the same folder
 */
export function writeSummary(services: readonly Service[], folder: string): string {
  const rows = services.map((service) => {
    const triggers = service.triggers.map(({ name }) => name).join(', ') || '–';
    return `| [${service.name}](${folder}${pageName(service)}) | ${triggers} | ${service.operations.map(({ name }) => name).join(', ')} |`;
  });
  return ['| Service | Triggers | Operations |', '|---|---|---|', ...rows].join('\n');
}
