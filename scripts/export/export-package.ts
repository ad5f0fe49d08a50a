import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageName } from '../generate/packages.ts';
import { exportedPath, withExportedImports } from './exported-path.ts';
import { projectFiles } from './project-files.ts';
import { sourceFiles } from './source-files.ts';

/**
 * Writes an n8n package as a repository of its own, as n8n's reviewers want it: its sources, its build, its tests and the
 * workflow that publishes it.
 * @param project root of this repository
 * @param destination an empty or missing folder, or a clone of that repository without files
 * @throws Error if the folder has files other than `.git`
 */
export function exportPackage(project: string, name: PackageName, destination: string): void {
  mkdirSync(destination, { recursive: true });
  if (readdirSync(destination).some((entry) => entry !== '.git')) throw new Error(`${destination} is not empty.`);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(destination, path)), { recursive: true });
    writeFileSync(join(destination, path), text);
  };
  const folder = `n8n-nodes/${name}`;
  const { files, packages } = sourceFiles(project, folder);
  const icons = new Set<string>();
  for (const path of files) {
    const text = readFileSync(join(project, path), 'utf8');
    write(exportedPath(path, folder), withExportedImports(text, path, folder));
    for (const icon of path.startsWith(folder) ? (text.match(/icons\/[\w.-]+\.svg/g) ?? []) : []) icons.add(icon);
  }
  for (const path of globSync('nodes/**/*.json', { cwd: join(project, folder) }))
    write(path, readFileSync(join(project, folder, path), 'utf8'));
  for (const icon of icons) cpSync(join(project, icon), join(destination, icon));
  for (const [path, text] of projectFiles(project, name, packages)) write(path, text);
}
