import type { Activity, Reference } from '../../../scripts/generate/pipelines/activities.ts';
import { keyParameter } from '../../../shared/src/services/azure/pipelines/declared-parameters.ts';
import { callbackParameter } from '../../../shared/src/services/azure/pipelines/pipeline-run.ts';
import { armTemplates, bundles, expressions, flat, nameInFactory, namesIn, pipelines, texts } from './templates.ts';

const usedActivities = (value: unknown) => namesIn(value, /activity\('([^']+)'\)/g);

/** The activities of a list that must have run before an activity starts. */
function upstream(activities: Activity[], { dependsOn = [] }: Activity): string[] {
  return dependsOn.flatMap(({ activity }) => {
    const before = activities.find(({ name }) => name === activity);
    return [activity, ...(before ? upstream(activities, before) : [])];
  });
}

/** References to resources of a kind, anywhere in a definition. */
function references(value: unknown, kind: string): (Omit<Reference, 'type'> & { type: string })[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'referenceName' in value && 'type' in value && value.type === kind ? [value as Reference] : [];
  return [...own, ...Object.values(value).flatMap((each) => references(each, kind))];
}

const keys = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(keys)]
    : [];

it('There are pipelines for Data Factory, Synapse and Fabric', () => {
  expect(pipelines.map(([title]) => title)).toEqual([
    'data-factory/Load_Quantemplate_dataset.json: Pipewright_callback',
    'data-factory/Load_Quantemplate_dataset.json: Load_Quantemplate_dataset',
    'data-factory/Run_notebook.json: Pipewright_callback',
    'data-factory/Run_notebook.json: Run_notebook',
    'docs/pipelines: Example_with_callback',
    'docs/pipelines: Pipewright_callback',
    'synapse: Load_Quantemplate_dataset',
    'synapse: Pipewright_callback',
    'synapse: Run_notebook',
    'fabric: Load_Quantemplate_dataset',
  ]);
});

describe.each(pipelines)('The pipeline %s', (_title, pipeline, bundle) => {
  const { activities, parameters = {}, variables = {} } = pipeline.properties;
  const all = flat(activities);

  it('declares the parameters and variables that its expressions use, and no others', () => {
    const reserved = [keyParameter];
    expect([...namesIn(activities, /pipeline\(\)\.parameters\.(\w+)/g), ...reserved].sort()).toEqual(
      [...new Set([...Object.keys(parameters), ...reserved])].sort(),
    );
    const assigned = all.flatMap(({ typeProperties }) => texts(typeProperties['variableName']));
    expect([...new Set([...namesIn(activities, /variables\('(\w+)'\)/g), ...assigned])].sort()).toEqual(
      Object.keys(variables).sort(),
    );
  });

  it('has activities with different names that depend on each other', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    const lists = [activities, ...all.map((activity) => flat([activity]).slice(1))];
    for (const list of lists)
      for (const { dependsOn = [] } of list)
        for (const { activity } of dependsOn) expect(list.map(({ name }) => name)).toContain(activity);
  });

  it('refers only to activities that have run before', () => {
    for (const activity of activities)
      for (const used of usedActivities({ ...activity, typeProperties: withoutInner(activity) }))
        expect(upstream(activities, activity)).toContain(used);
    for (const container of all.filter((each) => flat([each]).length > 1)) {
      const inside = flat([container]).slice(1);
      for (const activity of inside)
        for (const used of usedActivities(activity))
          expect([...upstream(inside, activity), ...upstream(activities, container)]).toContain(used);
    }
  });

  it('never combines Completed with another outcome of the same activity, which Microsoft does not support', () => {
    const outcomes = new Map<string, Set<string>>();
    for (const { dependsOn = [] } of all)
      for (const { activity, dependencyConditions } of dependsOn)
        for (const condition of dependencyConditions)
          outcomes.set(activity, (outcomes.get(activity) ?? new Set()).add(condition));
    for (const conditions of outcomes.values()) expect(conditions.has('Completed') && conditions.size > 1).toBe(false);
  });

  it('hides every secret: in the output that contains it, and in the input of each activity that uses it', () => {
    const secure = Object.entries(parameters).flatMap(([name, { type }]) => (type === 'SecureString' ? [name] : []));
    const secretOutputs = new Set<string>();
    const usesSecret = (activity: Activity): boolean =>
      usedActivities(activity).some((used) => secretOutputs.has(used)) ||
      namesIn(activity, /pipeline\(\)\.parameters\.(\w+)/g).some((name) => secure.includes(name));
    const readsKeyVault = ({ typeProperties }: Activity): boolean =>
      texts(typeProperties).some((text) => text.includes('/secrets/'));
    for (const activity of all)
      if (readsKeyVault(activity) || (activity.type === 'WebActivity' && usesSecret(activity)))
        secretOutputs.add(activity.name);
    for (const activity of all.filter(({ type }) => type === 'ExecutePipeline'))
      expect({ name: activity.name, policy: activity.policy }).toEqual({
        name: activity.name,
        policy: { secureInput: usesSecret(activity) },
      });
    for (const activity of all.filter(({ policy, type }) => policy && type !== 'ExecutePipeline'))
      expect({ name: activity.name, ...activity.policy }).toMatchObject({
        secureInput: usesSecret(activity),
        secureOutput: secretOutputs.has(activity.name),
      });
    for (const activity of all.filter(({ policy }) => !policy))
      expect(['IfCondition', 'Until', 'Wait', 'SetVariable']).toContain(activity.type);
  });

  it('contains no secret', () => {
    expect(
      keys(pipeline).filter((key) =>
        /password|accessToken|clientSecret|servicePrincipalKey|encryptedCredential/i.test(key),
      ),
    ).toEqual([]);
    const names = [...Object.keys(parameters), ...Object.keys(variables)];
    expect(names.filter((name) => /secret|password|token/i.test(name) && name !== 'secretName')).toEqual([]);
    for (const text of texts(activities)) expect(text).not.toMatch(/client_secret=(?!')|Bearer (?!')/);
  });

  it('refers to pipelines, datasets and linked services that are imported with it, with all of their parameters', () => {
    const declared = (value: unknown) => Object.keys((value as { parameters?: object }).parameters ?? {}).sort();
    for (const { referenceName } of references(pipeline, 'PipelineReference'))
      expect(bundle.pipelines.map(({ name }) => name)).toContain(referenceName);
    for (const [kind, resources] of [
      ['DatasetReference', bundle.datasets],
      ['LinkedServiceReference', bundle.linkedServices],
    ] as const)
      for (const { referenceName, parameters: values = {} } of references(pipeline, kind)) {
        const resource = resources.find(({ name }) => name === referenceName);
        expect([referenceName, Object.keys(values).sort()]).toEqual([referenceName, declared(resource?.properties)]);
      }
  });

  it('can be started once and can call back if the service supports it', () => {
    if (pipeline.name === 'Pipewright_callback') return;
    const takes = Object.keys(parameters);
    const isExample = pipeline.name === 'Example_with_callback';
    expect(takes.includes(callbackParameter)).toBe(bundle.service !== 'fabric');
    expect(takes.includes(keyParameter)).toBe(bundle.service !== 'fabric' && !isExample);
    for (const reserved of [callbackParameter, keyParameter].filter((name) => takes.includes(name)))
      expect(parameters[reserved]?.defaultValue).toBe('');
  });
});

function withoutInner({ typeProperties }: Activity): Record<string, unknown> {
  const { ifTrueActivities: _inTrue, activities: _inLoop, ...rest } = typeProperties;
  return rest;
}

/**
 * Functions and references of the expression language that the pipelines may use.
 * @see https://learn.microsoft.com/azure/data-factory/control-flow-expression-language-functions
 */
const documented = new Set([
  ...['activity', 'variables', 'pipeline', 'dataset', 'linkedService'],
  ...['concat', 'contains', 'empty', 'not', 'replace', 'string', 'uriComponent'],
]);

describe.each(bundles.map((bundle) => [bundle.title, bundle] as const))('The resources of %s', (_title, bundle) => {
  it('use the parameters that they declare', () => {
    for (const [resources, pattern] of [
      [bundle.datasets, /dataset\(\)\.(\w+)/g],
      [bundle.linkedServices, /linkedService\(\)\.(\w+)/g],
    ] as const)
      for (const { name, properties } of resources) {
        const { parameters = {}, ...rest } = properties as { parameters?: object };
        expect([name, namesIn(rest, pattern).sort()]).toEqual([name, Object.keys(parameters).sort()]);
      }
  });

  it('contain no credential: the login is the managed identity, or in the pipeline', () => {
    for (const { properties } of bundle.linkedServices) {
      expect(
        keys(properties).filter((key) => /password|secret|token|userName|principal|credential/i.test(key)),
      ).toEqual([]);
      expect(texts(properties).filter((text) => /password=|pwd=|user id=|uid=/i.test(text))).toEqual([]);
    }
  });

  it('use only functions that the expression language documents', () => {
    const functions = expressions(bundle).flatMap((text) =>
      [...text.replace(/'[^']*'/g, '').matchAll(/(\w+)\(/g)].map(([, name = '']) => name),
    );
    expect(functions.filter((name) => !documented.has(name))).toEqual([]);
  });

  it('have balanced parentheses in every expression', () => {
    for (const text of expressions(bundle)) {
      expect([text, [...text].filter((one) => one === '(').length]).toEqual([
        text,
        [...text].filter((one) => one === ')').length,
      ]);
    }
  });
});

describe.each(armTemplates)('The ARM template %s', (_file, template) => {
  const { parameters, resources } = template;
  const armTexts = texts(template).filter((text) => text.startsWith('['));

  it('uses every parameter that it declares, and declares every parameter that it uses', () => {
    const used = armTexts.flatMap((text) => [...text.matchAll(/parameters\('(\w+)'\)/g)].map(([, name]) => name));
    expect([...new Set(used)].sort()).toEqual(Object.keys(parameters).sort());
    for (const { type, metadata } of Object.values(parameters)) {
      expect(type).toBe('string');
      expect(metadata.description).toMatch(/\w/);
    }
  });

  it('has no text that Azure would evaluate by mistake', () => {
    for (const text of armTexts) expect(text).toMatch(/^\[(parameters|concat|resourceId)\(.*\)\]$/);
  });

  it('creates the resources that others refer to first', () => {
    const ids = resources.map(
      (resource) => `[resourceId('${resource.type}', parameters('factoryName'), '${nameInFactory(resource)}')]`,
    );
    for (const { apiVersion, dependsOn, properties } of resources) {
      expect(apiVersion).toBe('2018-06-01');
      for (const id of dependsOn) expect(ids).toContain(id);
      const wanted = ['LinkedServiceReference', 'DatasetReference', 'PipelineReference'].flatMap((kind) =>
        references(properties, kind).map(({ referenceName }) => referenceName),
      );
      expect(dependsOn.map((id) => /'(\w+)'\)\]$/.exec(id)?.[1]).sort()).toEqual([...new Set(wanted)].sort());
    }
  });
});

it('Every connection of the Fabric pipeline is left open', () => {
  const fabric = bundles.find(({ service }) => service === 'fabric');
  const open = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, each]) => (key === 'connection' ? [each] : open(each)))
      : [];
  expect(open(fabric?.pipelines)).toEqual(Array.from({ length: 6 }, () => '00000000-0000-0000-0000-000000000000'));
  expect(references(fabric?.pipelines, 'LinkedServiceReference')).toEqual([]);
  expect(references(fabric?.pipelines, 'DatasetReference')).toEqual([]);
});
