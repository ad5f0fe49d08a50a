import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { services } from '../../catalog.ts';
import { writeReference } from '../write-reference.ts';

const fileName = (key: string): string => `${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`;

/** The pages of the reference by file name, with an index. */
export function referencePages(): Map<string, string> {
  const pages = new Map(services.map((service) => [fileName(service.key), writeReference(service)]));
  const index = services.map((service) => `- [${service.name}](${fileName(service.key)}): ${service.description}`);
  return pages.set('README.md', `<!-- Generated from the definitions in shared/src. -->\n\n# Reference\n\n${index.join('\n')}\n`);
}

/** Writes the reference into a folder and takes pages away that are no longer written. */
export async function writeReferencePages(folder: string): Promise<void> {
  const pages = referencePages();
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) if (!pages.has(name)) await rm(join(folder, name));
  for (const [name, page] of pages) await writeFile(join(folder, name), page);
}

/** Names of the pages that are not as the definitions would write them. */
export async function outdatedPages(folder: string): Promise<string[]> {
  const found = await Promise.all([...referencePages()].map(async ([name, page]) => ((await readFile(join(folder, name), 'utf8').catch(() => '')) === page ? [] : [name])));
  return found.flat();
}
