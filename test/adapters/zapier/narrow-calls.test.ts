import zapier from 'zapier-platform-core';
import { apps, type AppName } from '../../../scripts/generate/apps.ts';
import { narrowDefinitions } from '../../../zapier-app/adapter/narrow-definition.ts';
import { samples } from '../../support/thorough.ts';

// Zapier's core ends a process that has answered 250 calls and uses more than 450 MB, such as this one.
jest.mock('zapier-platform-core/src/constants', () =>
  Object.assign(jest.requireActual<object>('zapier-platform-core/src/constants'), { KILL_MAX_LIMIT: Infinity }),
);

type Handler = (event: object) => Promise<{ results?: unknown }>;
type App = Record<string, Record<string, { operation: object }>>;

/** Zapier's own handler: an app replaces it when it is loaded. */
const { createAppHandler: createWhole } = zapier as unknown as { createAppHandler(app: object): Handler };
const core = { createAppHandler: createWhole };
narrowDefinitions(core);
const createNarrow = core.createAppHandler;

const open = async (name: AppName): Promise<App> =>
  ((await import(`../../../zapier-app/apps/${name}/src/index.ts`)) as { default: App }).default;

/** What Zapier gets for a call: the results as JSON, or the error. */
const answer = async (handler: Handler, event: object): Promise<unknown> => {
  try {
    return { results: JSON.stringify((await handler(structuredClone(event))).results) };
  } catch (error) {
    return error instanceof Error ? { name: error.name, message: error.message } : { error };
  }
};

/** Methods that an app has, of every nth part of a step, and names that it does not have. */
const methodsOf = (app: App, nth: number): string[] => {
  const steps = ['triggers', 'creates', 'searches'].flatMap((kind) =>
    Object.entries(app[kind] ?? {}).flatMap(([key, { operation }]) =>
      Object.keys(operation).map((part) => `${kind}.${key}.operation.${part}`),
    ),
  );
  const [known = ''] = steps;
  const [kind, key] = known.split('.');
  return [
    ...steps.filter((_method, index) => index % nth === 0),
    ...Object.keys(app['hydrators'] ?? {}).map((name) => `hydrators.${name}`),
    ...['test', 'connectionLabel', 'fields', 'refresh', 'sessionConfig.perform'].map(
      (part) => `authentication.${part}`,
    ),
    `${kind}['${key}'].operation.perform`,
    `${kind}.${key}`,
    `${kind}.${key}.operation.performResume`,
    `${kind}.${key}.operation.none`,
    `${kind}.${key}.operation.none.inputFields`,
    `${kind}.none.operation.perform`,
    `${kind}.__proto__.operation.perform`,
    `${kind}.constructor.operation.perform`,
    'triggers.toString',
    'searchOrCreates.none.operation.perform',
    'resources.none.list.operation.perform',
    'hydrators.none',
    'constructor',
    '__proto__.toString',
  ];
};

const bundle = { authData: {}, inputData: {}, meta: {} };

/** The apps of which only every nth part of a step is called: their whole definitions take long, and `pipewright` has the steps of the others. */
const everyNth: Partial<Record<AppName, number>> = { pipewright: samples(59, 7), azure: samples(11, 1) };

describe.each(Object.keys(apps) as AppName[])('A call of the Zapier app %s with one step', (name) => {
  it('is answered as with the whole definition, for every method, also concurrently', async () => {
    const app = await open(name);
    const [whole, narrow] = [createWhole(app), createNarrow(app)];
    const events = methodsOf(app, everyNth[name] ?? 1).map((method) => ({
      command: 'execute',
      method,
      bundle,
    }));
    const answers = await Promise.all(events.map(async (event) => answer(narrow, event)));
    for (const [index, event] of events.entries())
      expect([event.method, answers[index]]).toEqual([event.method, await answer(whole, event)]);
    // Not every call fails: the forms, for example, are answered without a connection.
    expect(answers.some((one) => (one as { results?: unknown }).results !== undefined)).toBe(true);
  });
});

describe('Zapier’s commands other than the call of a method', () => {
  it.each(['definition', 'validate', 'getAuthTemplate', 'request', 'none'])(
    '%s has the whole definition',
    async (command) => {
      const app = await open('dbt');
      const event = { command, method: 'triggers.dbt_job_run_completed.operation.perform', bundle };
      expect(await answer(createNarrow(app), event)).toEqual(await answer(createWhole(app), event));
    },
  );

  it('a definition that Zapier sends with the call extends the whole one', async () => {
    const app = await open('dbt');
    const added = { operation: { perform: { source: 'return [{ id: 7 }]' } } };
    const event = {
      command: 'execute',
      method: 'triggers.added.operation.perform',
      bundle,
      appRawOverride: [null, { triggers: { added: { key: 'added', ...added } } }],
    };
    expect(await answer(createNarrow(app), event)).toEqual({ results: '[{"id":7}]' });
    expect(await answer(createWhole(app), event)).toEqual({ results: '[{"id":7}]' });
  });

  it('a failed call changes nothing for the next one', async () => {
    const app = await open('dbt');
    const narrow = createNarrow(app);
    const event = { command: 'execute', method: 'creates.dbt_run_job.operation.inputFields', bundle };
    const before = await answer(narrow, event);
    await answer(narrow, { ...event, method: 'creates.dbt_run_job.operation.perform' });
    await answer(narrow, { ...event, method: 'creates.none.operation.perform' });
    expect(await answer(narrow, event)).toEqual(before);
    expect(Object.isFrozen(app['creates'])).toBe(false);
  });
});
