import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const importPath = /(from|import\()\s*'(\.[^']+|[^.'][^']*)'/g;

/** The source files of an n8n package and the packages that they import. */
export interface SourceFiles {
  /** Paths from the root of the repository. */
  files: string[];
  /** Names of imported packages, without those of Node. */
  packages: string[];
}

/** Finds every file that the nodes and credentials of a package import, type-only imports included. @param folder of the package */
export function sourceFiles(project: string, folder: string): SourceFiles {
  const found = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const [, , imported = ''] of readFileSync(join(project, path), 'utf8').matchAll(importPath)) {
      if (imported.startsWith('.')) visit(relative(project, resolve(project, dirname(path), imported)));
      else if (!imported.startsWith('node:'))
        packages.add(
          imported
            .split('/')
            .slice(0, imported.startsWith('@') ? 2 : 1)
            .join('/'),
        );
    }
  };
  for (const path of globSync('{nodes,credentials}/**/*.ts', { cwd: join(project, folder) })) visit(join(folder, path));
  // Types of packages that have none stand beside the file that imports them; nothing imports these.
  for (const place of new Set([...found].map((path) => dirname(path))))
    for (const path of globSync('*.d.ts', { cwd: join(project, place) }))
      if (!existsSync(join(project, place, path.replace('.d.ts', '.ts')))) found.add(join(place, path));
  return { files: [...found].sort(), packages: [...packages].sort() };
}
