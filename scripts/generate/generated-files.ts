import { existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatFiles } from './format.ts';
import { n8nPackageFiles } from './n8n-packages.ts';
import { packages } from './packages.ts';
import { pipelineFiles } from './pipelines/pipeline-files.ts';
import { readText } from './read-text.ts';
import { referencePages } from './reference/pages.ts';
import { withTemplates, type Template } from './templates-index.ts';
import { zapierAppFiles } from './zapier-apps.ts';

/** Paths that contain only generated files: a file there without a definition is stale. */
const generatedOnly = [
  'docs/reference/*.md',
  'docs/pipelines/*.json',
  'docs/pipelines/{data-factory,synapse,fabric}/**/*.json',
  'docs/pipelines/pictures/*.svg',
  'n8n-nodes/*/nodes/**/*.node.{ts,json}',
  'n8n-nodes/*/nodes/*/__schema__/**/*.json',
  'n8n-nodes/*/credentials/*.credentials.ts',
  'zapier-app/apps/*/{package.json,README.md,.gitignore,src/index.ts}',
];

const templates = 'n8n-nodes/templates';

function templatesIndex(project: string): [path: string, text: string] {
  const files = globSync('*.json', { cwd: join(project, templates) }).sort();
  const read = (file: string): string => readFileSync(join(project, templates, file), 'utf8');
  const workflows = Object.fromEntries(files.map((file) => [file, JSON.parse(read(file)) as Template]));
  return [`${templates}/README.md`, withTemplates(read('README.md'), workflows)];
}

/** The content of every generated file, by path from the root of the repository. */
function generatedFiles(project: string): Map<string, string> {
  return formatFiles(
    project,
    new Map([
      ...n8nPackageFiles(project),
      ...zapierAppFiles(project),
      templatesIndex(project),
      ...referencePages(project),
      ...pipelineFiles(project),
    ]),
  );
}

/** Generated files that no longer have a definition. */
function leftovers(project: string, generated: ReadonlyMap<string, string>): string[] {
  return globSync(generatedOnly, {
    cwd: project,
    exclude: (path) => path === 'dist' || path === 'node_modules',
  }).filter((path) => !generated.has(path));
}

/** Writes all files that are generated from the definitions in shared/src, and deletes leftovers. */
export function writeGeneratedFiles(project: string): void {
  const generated = generatedFiles(project);
  for (const path of leftovers(project, generated)) rmSync(join(project, path));
  for (const [path, content] of generated) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
  }
  for (const name of Object.keys(packages)) {
    const icons = join(project, 'n8n-nodes', name, 'icons');
    if (!existsSync(icons)) symlinkSync('../../icons', icons);
  }
}

/** Paths of the generated files that differ from what `writeGeneratedFiles` would write. */
export function staleFiles(project: string): string[] {
  const generated = generatedFiles(project);
  const outdated = [...generated].filter(([path, content]) => readText(join(project, path)) !== content);
  return [...outdated.map(([path]) => path), ...leftovers(project, generated)];
}
