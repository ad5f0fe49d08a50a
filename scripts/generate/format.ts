import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Formats generated TypeScript and JSON files with Biome; other files stay unchanged. @param files content by path */
export function formatFiles(project: string, files: ReadonlyMap<string, string>): Map<string, string> {
  const formatted = [...files.keys()].filter((path) => /\.(ts|json)$/.test(path));
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-generate-'));
  try {
    const { vcs: _ignoreFile, ...settings } = JSON.parse(readFileSync(join(project, 'biome.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(settings));
    for (const path of formatted) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), files.get(path) ?? '');
    }
    const biome = join(project, 'node_modules', '.bin', 'biome');
    const { status, stderr } = spawnSync(biome, ['format', '--write', '.'], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`Biome could not format the generated files: ${stderr}`);
    return new Map(
      [...files].map(([path, content]) => [
        path,
        formatted.includes(path) ? readFileSync(join(folder, path), 'utf8') : content,
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
