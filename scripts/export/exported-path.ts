import { dirname, relative, resolve } from 'node:path';

/** Where a file of this repository is in the repository of a single n8n package. @param folder of the package */
export function exportedPath(path: string, folder: string): string {
  if (path.startsWith(`${folder}/`)) return path.slice(folder.length + 1);
  return path.replace(/^n8n-nodes\/adapter\//, 'src/adapter/').replace(/^shared\/src\//, 'src/shared/');
}

/** The text of a source file with its relative imports as they are there. @param path from the root of this repository */
export function withExportedImports(text: string, path: string, folder: string): string {
  const from = dirname(exportedPath(path, folder));
  const moved = text.replace(/((?:from|import\()\s*')(\.[^']+)'/g, (_all, start: string, imported: string) => {
    const target = relative('/', resolve('/', dirname(path), imported));
    const to = relative(from, exportedPath(target, folder));
    return `${start}${to.startsWith('.') ? to : `./${to}`}'`;
  });
  return moved.replace(
    /^(\/\/ Generated) by npm run build from .*; do not edit\./,
    '$1 in the repository of Pipewright; do not edit.',
  );
}
