import { replaceBetween } from './replace-between.ts';

/** The parts of an exported workflow that the index shows. */
export interface Template {
  name: string;
  nodes: { type: string; parameters?: { content?: string } }[];
}

/** The first paragraph of a template's sticky note, below its heading. */
function descriptionOf({ nodes }: Template): string {
  const note = nodes.find(({ type }) => type === 'n8n-nodes-base.stickyNote')?.parameters?.content ?? '';
  return note.split('\n').find((line) => line !== '' && !line.startsWith('#')) ?? '';
}

/** The community packages that a template needs. */
function packagesOf({ nodes }: Template): string[] {
  const names = nodes
    .map(({ type }) => type.split('.')[0] ?? '')
    .filter((name) => name.startsWith('n8n-nodes-pipewright'));
  return [...new Set(names)].sort();
}

/** A README with its index of templates. @param templates by file name */
export function withTemplates(readme: string, templates: Record<string, Template>): string {
  const rows = Object.entries(templates).map(
    ([file, template]) =>
      `| [${template.name}](${file}) | ${descriptionOf(template)} | ${packagesOf(template)
        .map((name) => `\`${name}\``)
        .join(', ')} |`,
  );
  return replaceBetween(
    readme,
    'templates',
    ['| Template | Description | Packages |', '|---|---|---|', ...rows].join('\n'),
  );
}
