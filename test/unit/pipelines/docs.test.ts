import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { armTemplates, flat, pipelines, pipelinesFolder } from './templates.ts';

const pages = globSync('*.md', { cwd: pipelinesFolder }).sort();
const read = (file: string): string => readFileSync(join(pipelinesFolder, file), 'utf8');
const all = pages.map(read).join('\n');

/** The names in backticks in the first column of the tables with a heading. */
function namesUnder(page: string, heading: string): string[] {
  const tables = page.split(/\n\s*\n/).filter((block) => block.trim().startsWith(`| ${heading} |`));
  return tables.flatMap((table) =>
    [...table.matchAll(/^\s*\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    ),
  );
}

const job = JSON.parse(read('databricks/copy-into-job.json')) as { name: string; tasks: { task_key: string }[] };
const unique = (names: string[]): string[] => [...new Set(names)].sort();
const named = (name: string) =>
  pipelines.filter(([, pipeline]) => pipeline.name === name).map(([, pipeline]) => pipeline);

describe('docs/pipelines', () => {
  it('links only to files that exist', () => {
    for (const page of pages)
      for (const [, target = ''] of read(page).matchAll(/\]\((?!http|#)([^)#]+)/g))
        expect([page, target, existsSync(join(pipelinesFolder, target))]).toEqual([page, target, true]);
  });

  it('describes every file to import, and shows every picture', () => {
    const files = globSync('**/*.{json,py,sql,svg}', { cwd: pipelinesFolder });
    const resource = /^synapse\/(linkedService|dataset|pipeline)\/(\w+)\.json$/;
    for (const file of files) {
      const [, kind, name = ''] = resource.exec(file) ?? [];
      expect([file, all.includes(kind ? name : `](${file})`)]).toEqual([file, true]);
    }
  });

  it('asks for the values that the forms of the portal ask for', () => {
    const fields = (page: string) => namesUnder(read(page), 'Field');
    for (const [file, template] of armTemplates)
      expect(fields(file === 'Run_notebook.json' ? 'run-notebook.md' : 'load-dataset.md')).toEqual(
        Object.keys(template.parameters),
      );
  });

  it('describes the parameters and variables of each pipeline', () => {
    for (const [name, page] of [
      ['Load_Quantemplate_dataset', 'load-dataset.md'],
      ['Run_notebook', 'run-notebook.md'],
    ] as const) {
      const parameters = named(name).flatMap(({ properties }) => Object.keys(properties.parameters ?? {}));
      expect(unique(namesUnder(read(page), 'Parameter'))).toEqual(unique(parameters));
    }
    const variables = named('Load_Quantemplate_dataset').flatMap(({ properties }) =>
      Object.keys(properties.variables ?? {}),
    );
    for (const variable of unique(variables)) expect(read('load-dataset.md')).toContain(`\`${variable}\``);
  });

  it('names the defaults that the templates have', () => {
    for (const [file, template] of armTemplates)
      for (const { defaultValue } of Object.values(template.parameters))
        if (defaultValue !== undefined)
          expect([file, read(file === 'Run_notebook.json' ? 'run-notebook.md' : 'load-dataset.md')]).toEqual([
            file,
            expect.stringContaining(`\`${defaultValue}\``),
          ]);
  });

  it('creates in Synapse what the pipelines refer to, in an order in which everything exists', () => {
    const commands = [...read('load-dataset.md').matchAll(/for name in ([\w ]+); do\n\s*az synapse ([\w-]+) create/g)];
    expect(commands.map(([, , kind]) => kind)).toEqual(['linked-service', 'dataset', 'pipeline']);
    const folders = new Map([
      ['linked-service', 'linkedService'],
      ['dataset', 'dataset'],
      ['pipeline', 'pipeline'],
    ]);
    for (const [, names = '', kind = ''] of commands)
      for (const name of names.split(' '))
        expect(existsSync(join(pipelinesFolder, 'synapse', folders.get(kind) ?? '', `${name}.json`))).toBe(true);
    expect(commands.at(-1)?.[1]).toBe('Pipewright_callback Load_Quantemplate_dataset');
  });

  it('tells which activities of the Fabric pipeline need a connection', () => {
    const [, fabric = ''] = read('load-dataset.md').split('**Select the connections**');
    const [fabricPipeline] = pipelines.filter(([, , { service }]) => service === 'fabric');
    for (const { name, type } of flat(fabricPipeline?.[1].properties.activities ?? []))
      if (type !== 'SetVariable') expect(fabric).toContain(`*${name}*`);
  });
});

describe.each(globSync('pictures/*.svg', { cwd: pipelinesFolder }).sort())('The picture %s', (file) => {
  const picture = read(file);

  it('is readable on light and dark pages, and contains nothing from elsewhere', () => {
    expect(picture).toContain('prefers-color-scheme: dark');
    expect(picture.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|<image|href=/);
  });

  it('shows every activity of its pipeline, or every task of its job', () => {
    const [, title = ''] =
      /<title>The (?:activities of the pipeline|tasks of the job) (.+)<\/title>/.exec(picture) ?? [];
    const shown = [...picture.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text.trim()).join(' ');
    const names = (name: string) =>
      named(name).map(({ properties }) => flat(properties.activities).map((each) => each.name));
    const isShown = (activities: string[]) => activities.every((name) => shown.includes(name));
    const shownNames = title === job.name ? [job.tasks.map((task) => task.task_key)] : names(title);
    expect(shownNames.some(isShown)).toBe(true);
  });
});
