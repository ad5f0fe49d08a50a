import type { Service } from '../../shared/src/define/service.ts';

/** The file name of a service's page in the reference: `data-factory.md`. */
export function pageName({ key }: Pick<Service, 'key'>): string {
  return `${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`;
}

/**
 * What there is, as a table with a line for each service.
 * @param folder where the pages of the reference are, seen from the text: `docs/reference/`, or empty beside them
 */
export function writeSummary(services: readonly Service[], folder: string): string {
  const rows = services.map((service) => {
    const triggers = service.triggers.map(({ name }) => name).join(', ') || '–';
    return `| [${service.name}](${folder}${pageName(service)}) | ${triggers} | ${service.operations.map(({ name }) => name).join(', ')} |`;
  });
  return ['| service | starts a workflow | does |', '|---|---|---|', ...rows].join('\n');
}
