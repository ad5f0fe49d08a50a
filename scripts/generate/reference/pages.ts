import { join } from 'node:path';
import { services } from '../../../shared/src/catalog.ts';
import { readText } from '../read-text.ts';
import { replaceBetween } from '../replace-between.ts';
import { writeReference } from './write-reference.ts';
import { pageName, writeSummary } from './write-summary.ts';

const folder = 'docs/reference';

/** The pages of the reference, its index, and the table in the project's README: text by path. */
export function referencePages(project: string): Map<string, string> {
  const readme = readText(join(project, 'README.md')) ?? '';
  const index = `<!-- Generated from the definitions in shared/src. -->\n\n# Reference\n\n${writeSummary(services, '')}\n`;
  return new Map([
    ...services.map((service): [string, string] => [`${folder}/${pageName(service)}`, writeReference(service)]),
    [`${folder}/README.md`, index],
    ['README.md', replaceBetween(readme, 'operations', writeSummary(services, `${folder}/`))],
  ]);
}
