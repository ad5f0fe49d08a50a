import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../../shared/src/host/is-object.ts';
import { templates } from '../../e2e/flows/templates.ts';
import type { WorkflowJson, WorkflowNode } from '../../support/n8n-server/workflows.ts';

const folder = join(__dirname, '..', '..', '..', 'n8n-nodes', 'templates');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (file: string): WorkflowJson => JSON.parse(readFileSync(join(folder, file), 'utf8')) as WorkflowJson;

/** The connections between the nodes, as pairs of node names. */
function arrows({ connections }: WorkflowJson): [from: string, to: string][] {
  const all = connections as unknown as Record<string, { main: ({ node: string }[] | null)[] }>;
  return Object.entries(all).flatMap(([from, { main }]) =>
    main.flatMap((output) => (output ?? []).map(({ node }): [string, string] => [from, node])),
  );
}

const isNote = ({ type }: WorkflowNode): boolean => type === 'n8n-nodes-base.stickyNote';

it('there is one template per flow, and the directions list all of them', () => {
  expect(files.sort()).toEqual(
    Object.values(templates)
      .map((name) => `${name}.json`)
      .sort(),
  );
  const directions = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const file of files) expect(directions).toContain(`(${file})`);
});

describe.each(files)('the template %s', (file) => {
  const workflow = read(file);
  const text = JSON.stringify(workflow);
  const steps = workflow.nodes.filter((node) => !isNote(node));

  it('contains nothing from the machine it was created on', () => {
    expect(workflow).not.toHaveProperty('id');
    for (const node of workflow.nodes) expect(node).not.toHaveProperty('credentials');
    expect(text).not.toMatch(/127\.0\.0\.1|localhost|https?:\/\//);
  });

  it('leaves every list of a vendor empty, so that nobody runs the example of another company', () => {
    const lists = steps.flatMap(({ parameters }) => Object.values(parameters ?? {})).filter(isObject);
    const picked = lists.filter((value) => value['__rl'] === true && !String(value['value']).startsWith('='));
    expect(picked.map(({ value, cachedResultName }) => [value, cachedResultName])).toEqual(
      picked.map(() => ['', undefined]),
    );
  });

  it('explains the setup on the canvas and names only existing nodes', () => {
    const [note, ...others] = workflow.nodes.filter(isNote);
    expect(others).toEqual([]);
    const content = String(note?.parameters?.['content']);
    expect(content).toMatch(/\*\*To set up\*\*\n1\. /);
    const named = [...content.matchAll(/^\d\. ((?:\*[^*]+\*(?:, )?)+):/gm)].flatMap(([, list = '']) =>
      list.split(', ').map((name) => name.replaceAll('*', '')),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(steps.map((step) => step.name)).toContain(name);
  });

  it('connects every node to the single trigger, from left to right, without overlaps', () => {
    const found = arrows(workflow);
    const place = (name: string): readonly number[] => steps.find((step) => step.name === name)?.position ?? [];
    for (const [from, to] of found) expect(place(from)[0]).toBeLessThan(place(to)[0] ?? NaN);
    const reached = new Set(found.map(([, to]) => to));
    expect(steps.filter(({ name }) => !reached.has(name)).map(({ type }) => type)).toEqual([
      expect.stringMatching(/Trigger$/),
    ]);
    expect(new Set(steps.map(({ position }) => position.join())).size).toBe(steps.length);
    expect(new Set(workflow.nodes.map(({ id }) => id)).size).toBe(workflow.nodes.length);
  });
});
