import { apps, type AppName } from '../../../scripts/generate/apps.ts';
import { narrowDefinition, narrowDefinitions } from '../../../zapier-app/adapter/narrow-definition.ts';

interface Steps {
  [key: string]: { operation: Record<string, unknown> };
}
type Kind = 'triggers' | 'creates' | 'searches';
type App = Record<Kind, Steps> & Record<string, unknown>;

const kinds: Kind[] = ['triggers', 'creates', 'searches'];
const open = async (name: AppName): Promise<App> =>
  ((await import(`../../../zapier-app/apps/${name}/src/index.ts`)) as { default: App }).default;

describe.each(Object.keys(apps) as AppName[])('The definition for one call of the Zapier app %s', (name) => {
  it('contains the called step unchanged, and no other step', async () => {
    const app = await open(name);
    const paths = kinds.flatMap((kind) =>
      Object.entries(app[kind]).flatMap(([key, { operation }]) =>
        Object.keys(operation).map((part) => [kind, key, `${kind}.${key}.operation.${part}`] as const),
      ),
    );
    expect(paths.length).toBeGreaterThan(0);
    for (const [kind, key, method] of paths) {
      const narrow = narrowDefinition(app, { command: 'execute', method }) as App;
      const steps = kinds.flatMap((other) => Object.keys(narrow[other]).map((one) => `${other}.${one}`));
      expect(steps).toEqual([`${kind}.${key}`]);
      expect(narrow[kind][key]).toBe(app[kind][key]);
      expect(narrow['hydrators']).toBe(app['hydrators']);
      expect(narrow['flags']).toBe(app['flags']);
    }
  });

  it('has the connection form and no step for the test of a connection', async () => {
    const app = await open(name);
    const narrow = narrowDefinition(app, { method: 'authentication.test' }) as App;
    expect(narrow['authentication']).toBe(app['authentication']);
    expect(kinds.map((kind) => Object.keys(narrow[kind]))).toEqual([[], [], []]);
  });
});

describe('narrowDefinition', () => {
  const perform = () => [];
  const step = { operation: { perform } };
  const app = {
    triggers: { one: step, two: step },
    creates: { one: step },
    authentication: { type: 'custom', fields: [{ key: 'secret' }] },
  };

  it.each([
    ['a definition', { command: 'definition' }],
    ['a validation', { command: 'validate' }],
    ['a request', { command: 'request', method: 'triggers.one.operation.perform' }],
    ['an unknown step', { method: 'triggers.three.operation.perform' }],
    ['a name of Object', { method: 'triggers.constructor.operation.perform' }],
    ['an unknown part', { method: 'resources.one.list.operation.perform' }],
    ['a call with a definition of its own', { method: 'triggers.one.operation.perform', appRawOverride: [{}, {}] }],
    ['a call without a method', {}],
  ])('returns the whole definition for %s', (_case, event) => {
    expect(narrowDefinition(app, event)).toBe(app);
  });

  it('keeps how the connection logs in, without its form', () => {
    expect(narrowDefinition(app, { method: 'triggers.two.operation.perform' })).toEqual({
      triggers: { two: step },
      creates: {},
      searches: {},
      authentication: { type: 'custom', fields: [] },
    });
  });
});

describe('narrowDefinitions', () => {
  it('passes each call with the definition that it needs to the handler of the core, and replaces it once', () => {
    const seen: unknown[] = [];
    const core = {
      createAppHandler: (app: unknown) => (event: unknown, context: unknown) => seen.push([app, event, context]),
    };
    narrowDefinitions(core);
    const { createAppHandler } = core;
    narrowDefinitions(core);
    expect(core.createAppHandler).toBe(createAppHandler);
    const app = { triggers: { one: 1, two: 2 } };
    const call = { method: 'triggers.two.operation.perform' };
    core.createAppHandler(app)(call, 'context');
    core.createAppHandler(app)({ command: 'definition' }, 'context');
    core.createAppHandler('/path/of/an/app')(call, 'context');
    expect(seen).toEqual([
      [{ triggers: { two: 2 }, creates: {}, searches: {} }, call, 'context'],
      [app, { command: 'definition' }, 'context'],
      ['/path/of/an/app', call, 'context'],
    ]);
  });

  it('changes nothing in a core without such a handler', () => {
    const core = { createAppTester: () => undefined };
    narrowDefinitions(core);
    expect(Object.keys(core)).toEqual(['createAppTester']);
  });
});
