import type { Activity, Dependency, Pipeline } from './activities.ts';

const box = { width: 200, gap: 92, rowGap: 28, line: 17, padding: 12 };
const margin = 20;
const maxCharacters = 25;

/** What the studio calls a type of activity. */
const titles = new Map([
  ['WebActivity', 'Web'],
  ['Copy', 'Copy data'],
  ['Script', 'Script'],
  ['IfCondition', 'If condition'],
  ['ExecutePipeline', 'Execute pipeline'],
  ['Until', 'Until'],
  ['Wait', 'Wait'],
  ['SetVariable', 'Set variable'],
  ['DatabricksNotebook', 'Databricks notebook'],
  ['SynapseNotebook', 'Synapse notebook'],
]);

const escapes = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes.get(character) ?? character);

/** A text in lines of limited length. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= maxCharacters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** What a box shows. */
interface Step {
  name: string;
  type: string;
  dependsOn?: Dependency[];
  /** Names below the name of the step: the activities inside it, or its parameters. */
  inner: string[];
}

interface Placed {
  step: Step;
  lines: { text: string; kind: 'type' | 'name' | 'inner' }[];
  x: number;
  y: number;
  height: number;
}

/** Places each step in the column after the last one that it depends on. */
function place(steps: Step[]): Placed[] {
  const columns = new Map<string, number>();
  const bottoms: number[] = [];
  return steps.map((step) => {
    const column = Math.max(0, ...(step.dependsOn ?? []).map((one) => (columns.get(one.activity) ?? 0) + 1));
    columns.set(step.name, column);
    const lines: Placed['lines'] = [
      { text: titles.get(step.type) ?? step.type, kind: 'type' },
      ...wrapped(step.name).map((text) => ({ text, kind: 'name' }) as const),
      ...step.inner.flatMap((name) =>
        wrapped(name).map((text, index) => ({ text: `${index === 0 ? '• ' : '  '}${text}`, kind: 'inner' }) as const),
      ),
    ];
    const height = lines.length * box.line + 2 * box.padding;
    const y = bottoms[column] ?? margin;
    bottoms[column] = y + height + box.rowGap;
    return { step, lines, x: margin + column * (box.width + box.gap), y, height };
  });
}

/** The CSS class and the label of an arrow. */
function outcome({ dependencyConditions }: Dependency): { kind: 'success' | 'failure'; label: string } {
  return dependencyConditions.includes('Succeeded')
    ? { kind: 'success', label: 'success' }
    : { kind: 'failure', label: 'failure' };
}

const style = `
    .box { fill: #ffffff; stroke: #8a94a6; } .head { fill: #e8ecf3; stroke: #8a94a6; }
    text { font: 13px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2733; }
    .type, .inner, .label { font-size: 12px; fill: #566073; } .name { font-weight: 600; }
    path { fill: none; stroke-width: 2; } .success { stroke: #2b8a4b; } .failure { stroke: #c2402f; stroke-dasharray: 6 4; }
    .success-tip { fill: #2b8a4b; } .failure-tip { fill: #c2402f; }
    @media (prefers-color-scheme: dark) {
      .box { fill: #1b212b; stroke: #5d6879; } .head { fill: #2a3240; stroke: #5d6879; }
      text { fill: #e9edf4; } .type, .inner, .label { fill: #aab4c5; }
      .success { stroke: #56c27d; } .failure { stroke: #ff8b7a; } .success-tip { fill: #56c27d; } .failure-tip { fill: #ff8b7a; }
    }`;

function drawBox({ lines, x, y, height }: Placed): string {
  const head = box.line + box.padding;
  const texts = lines.map(({ text, kind }, index) => {
    const top = y + (index === 0 ? 20 : box.padding + 10 + (index + 0.5) * box.line);
    return `  <text class="${kind}" x="${x + box.padding}" y="${top}" xml:space="preserve">${escaped(text)}</text>`;
  });
  return [
    `  <rect class="box" x="${x}" y="${y}" width="${box.width}" height="${height}" rx="6"/>`,
    `  <path class="head" style="stroke-width: 1" d="M ${x} ${y + head} V ${y + 6} Q ${x} ${y} ${x + 6} ${y} H ${x + box.width - 6} Q ${x + box.width} ${y} ${x + box.width} ${y + 6} V ${y + head} Z"/>`,
    ...texts,
  ].join('\n');
}

function drawArrow(from: Placed, to: Placed, dependency: Dependency): string {
  const { kind, label } = outcome(dependency);
  const [x1, x2] = [from.x + box.width, to.x];
  const y1 = from.y + from.height / 2 + (kind === 'success' ? -6 : 6);
  const y2 = to.y + to.height / 2;
  const middle = x1 + 24;
  return [
    `  <path class="${kind}" d="M ${x1} ${y1} C ${middle} ${y1} ${middle} ${y2} ${x2 - 8} ${y2}"/>`,
    `  <path class="${kind}-tip" style="fill-opacity: 1" d="M ${x2} ${y2} l -9 -5 v 10 Z"/>`,
    `  <text class="label" x="${x2 - 10}" y="${Math.abs(y2 - y1) > 20 ? y2 + 18 : y2 - 9}" text-anchor="end">${label}</text>`,
  ].join('\n');
}

/** Draws steps as an image that is readable on light and dark pages. */
function draw(title: string, steps: Step[]): string {
  const placed = place(steps);
  const width = Math.max(...placed.map(({ x }) => x + box.width)) + margin;
  const height = Math.max(...placed.map((each) => each.y + each.height)) + margin;
  const arrows = placed.flatMap((to) =>
    (to.step.dependsOn ?? []).flatMap((dependency) => {
      const from = placed.find(({ step }) => step.name === dependency.activity);
      return from ? [drawArrow(from, to, dependency)] : [];
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `  <title>${escaped(title)}</title>`,
    `  <style>${style}\n  </style>`,
    ...arrows,
    ...placed.map(drawBox),
    '</svg>',
    '',
  ].join('\n');
}

/** The names of the activities inside a condition or loop. */
function namesInside({ typeProperties }: Activity): string[] {
  const { ifTrueActivities, activities } = typeProperties as { ifTrueActivities?: Activity[]; activities?: Activity[] };
  return (ifTrueActivities ?? activities ?? []).map(({ name }) => name);
}

/** Draws the activities of a pipeline. */
export function drawPipeline({ name, properties }: Pipeline): string {
  return draw(
    `The activities of the pipeline ${name}`,
    properties.activities.map((activity) => ({ ...activity, inner: namesInside(activity) })),
  );
}

/** A job of Databricks, as far as it is drawn. */
export interface Job {
  name: string;
  parameters: { name: string }[];
  tasks: { task_key: string; depends_on?: { task_key: string }[] }[];
}

/** Draws the tasks of a Databricks job, each with the parameters of the job. */
export function drawJob({ name, parameters, tasks }: Job): string {
  return draw(
    `The tasks of the job ${name}`,
    tasks.map(({ task_key: key, depends_on: before = [] }) => ({
      name: key,
      type: 'Databricks notebook',
      dependsOn: before.map(({ task_key: activity }) => ({ activity, dependencyConditions: ['Succeeded'] })),
      inner: parameters.map((parameter) => `parameter ${parameter.name}`),
    })),
  );
}
