import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { services } from '../../shared/src/catalog.ts';
import { writeReference } from './write-reference.ts';
import { pageName, writeSummary } from './write-summary.ts';

const folder = join('docs', 'reference');
const mark = /(<!-- operations -->\n)[^]*(\n<!-- end of operations -->)/;

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** All that is generated from the definitions, by path within the project; of its README only a table. */
async function generated(project: string): Promise<Map<string, string>> {
  const readme = await readText(join(project, 'README.md'));
  if (!mark.test(readme)) throw new Error('README.md has no place for its table of operations.');
  const index = `<!-- Generated from the definitions in shared/src. -->\n\n# Reference\n\n${writeSummary(services, '')}\n`;
  return new Map([
    ...services.map((service): [string, string] => [join(folder, pageName(service)), writeReference(service)]),
    [join(folder, 'README.md'), index],
    [
      'README.md',
      readme.replace(
        mark,
        (_all, begin: string, end: string) => `${begin}\n${writeSummary(services, 'docs/reference/')}\n${end}`,
      ),
    ],
  ]);
}

/** Writes the reference and the README's table into the folder of the project, and takes away pages that are no longer written. */
export async function writeReferencePages(project: string): Promise<void> {
  const pages = await generated(project);
  await mkdir(join(project, folder), { recursive: true });
  for (const name of await readdir(join(project, folder)))
    if (!pages.has(join(folder, name))) await rm(join(project, folder, name));
  for (const [path, page] of pages) await writeFile(join(project, path), page);
}

/** Paths of what is not as the definitions would write it. */
export async function outdatedPages(project: string): Promise<string[]> {
  const found = await Promise.all(
    [...(await generated(project))].map(async ([path, page]) =>
      (await readText(join(project, path))) === page ? [] : [path],
    ),
  );
  return found.flat();
}
