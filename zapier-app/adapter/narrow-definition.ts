import zapier from 'zapier-platform-core';

/** The parts of the definition that are steps; Zapier's backend calls them as `creates.KEY.operation.perform`. */
const stepKinds = ['triggers', 'creates', 'searches'];

/** The parts with methods that are no steps. */
const otherRoots = ['authentication', 'hydrators'];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The definition that a call needs: that of its own step, without the other steps and the connection form. The whole definition for everything that is
 * not a call of a method, such as `definition` and `validate`, and for methods that are not known here.
 */
export function narrowDefinition(app: unknown, event: unknown): unknown {
  if (!isRecord(app) || !isRecord(event)) return app;
  const { command = 'execute', method, appRawOverride } = event;
  if (command !== 'execute' || typeof method !== 'string' || appRawOverride) return app;
  const [root = '', key = ''] = method.split('.');
  if (otherRoots.includes(root)) return { ...app, ...withoutSteps };
  const steps = stepKinds.includes(root) ? app[root] : undefined;
  if (!isRecord(steps) || !Object.hasOwn(steps, key)) return app;
  const authentication = isRecord(app['authentication']) ? { ...app['authentication'], fields: [] } : undefined;
  return {
    ...app,
    ...(authentication ? { authentication } : {}),
    ...withoutSteps,
    [root]: { [key]: steps[key] },
  };
}

const withoutSteps = Object.fromEntries(stepKinds.map((kind) => [kind, {}]));

/** Set on the function that replaces the one of Zapier's core. */
const replaced = Symbol('replaced');

/**
 * Makes Zapier's core call each method with the definition that it needs. The core copies the definition twice for each call,
 * which takes most of the time of an app with many steps. It offers no option for this, so its `createAppHandler`, which
 * Zapier's entry point calls after the app is loaded, is replaced; where there is none, nothing changes.
 */
export function narrowDefinitions(core: object = zapier): void {
  if (!('createAppHandler' in core) || typeof core.createAppHandler !== 'function') return;
  const create = core.createAppHandler;
  if (replaced in create) return;
  const createNarrow = (app: unknown) => {
    // Zapier's core prepares nothing before a call, so a handler for each call costs nothing.
    if (isRecord(app))
      return (event: unknown, ...rest: unknown[]): unknown => create(narrowDefinition(app, event))(event, ...rest);
    return create(app);
  };
  Object.assign(core, { createAppHandler: Object.assign(createNarrow, { [replaced]: true }) });
}
