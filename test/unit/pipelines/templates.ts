import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Activity, Pipeline, Resource } from '../../../scripts/generate/pipelines/activities.ts';
import { projectRoot } from '../../support/machine/paths.ts';

/** The folder of the pipelines to import. */
export const pipelinesFolder = join(projectRoot, 'docs', 'pipelines');

/** An ARM template. */
export interface ArmTemplate {
  parameters: Record<string, { type: string; defaultValue?: string; metadata: { description: string } }>;
  resources: {
    type: string;
    apiVersion: string;
    name: string;
    dependsOn: string[];
    properties: Resource['properties'];
  }[];
}

/** What one service imports together, read from the files as they are. */
export interface Bundle {
  title: string;
  service: 'dataFactory' | 'synapse' | 'fabric';
  linkedServices: Resource[];
  datasets: Resource[];
  pipelines: Pipeline[];
}

const read = <T>(path: string): T => JSON.parse(readFileSync(join(pipelinesFolder, path), 'utf8')) as T;
const readAll = <T>(pattern: string): T[] =>
  globSync(pattern, { cwd: pipelinesFolder })
    .sort()
    .map((path) => read<T>(path));

/** The ARM templates by file name. */
export const armTemplates: [file: string, template: ArmTemplate][] = globSync('data-factory/*.json', {
  cwd: pipelinesFolder,
})
  .sort()
  .map((path) => [basename(path), read<ArmTemplate>(path)]);

/** The name of a resource in the factory. */
export const nameInFactory = ({ name }: { name: string }): string =>
  /^\[concat\(parameters\('factoryName'\), '\/(\w+)'\)\]$/.exec(name)?.[1] ?? `no name in a factory: ${name}`;

function bundleOf(file: string, { resources }: ArmTemplate): Bundle {
  const ofType = <T extends Resource>(kind: string): T[] =>
    resources
      .filter(({ type }) => type === `Microsoft.DataFactory/factories/${kind}`)
      .map((resource) => ({ name: nameInFactory(resource), properties: resource.properties }) as unknown as T);
  return {
    title: `data-factory/${file}`,
    service: 'dataFactory',
    linkedServices: ofType('linkedServices'),
    datasets: ofType('datasets'),
    pipelines: ofType('pipelines'),
  };
}

/** Everything that can be imported. */
export const bundles: Bundle[] = [
  ...armTemplates.map(([file, template]) => bundleOf(file, template)),
  {
    title: 'docs/pipelines',
    service: 'dataFactory',
    linkedServices: [],
    datasets: [],
    pipelines: readAll<Pipeline>('*.json'),
  },
  {
    title: 'synapse',
    service: 'synapse',
    linkedServices: readAll<Resource>('synapse/linkedService/*.json'),
    datasets: readAll<Resource>('synapse/dataset/*.json'),
    pipelines: readAll<Pipeline>('synapse/pipeline/*.json'),
  },
  {
    title: 'fabric',
    service: 'fabric',
    linkedServices: [],
    datasets: [],
    pipelines: readAll<Pipeline>('fabric/*.json'),
  },
];

/** Every pipeline with the bundle that it is part of. */
export const pipelines: [title: string, pipeline: Pipeline, bundle: Bundle][] = bundles.flatMap((bundle) =>
  bundle.pipelines.map((pipeline): [string, Pipeline, Bundle] => [
    `${bundle.title}: ${pipeline.name}`,
    pipeline,
    bundle,
  ]),
);

/** The activities inside a condition or loop. */
function innerActivities({ typeProperties }: Activity): Activity[] {
  const { ifTrueActivities = [], activities = [] } = typeProperties as Partial<
    Record<'ifTrueActivities' | 'activities', Activity[]>
  >;
  return [...ifTrueActivities, ...activities];
}

/** Activities with those inside conditions and loops. */
export const flat = (activities: Activity[]): Activity[] =>
  activities.flatMap((activity) => [activity, ...flat(innerActivities(activity))]);

/** All texts in a definition. */
export function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** The expressions in a definition, whole texts and those inside of texts. */
export const expressions = (value: unknown): string[] =>
  texts(value).flatMap((text) => {
    if (text.startsWith('@') && !text.startsWith('@{')) return [text];
    return [...text.matchAll(/@\{([^}]*)\}/g)].map(([, inside = '']) => `@${inside}`);
  });

/** The names that expressions use, such as the activities in `activity('Copy')`. */
export const namesIn = (value: unknown, pattern: RegExp): string[] => [
  ...new Set(expressions(value).flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name))),
];
