import zapier from 'zapier-platform-core';

/** The response of Zapier's core to a command such as `definition` or `validate`. */
export async function askCore<T>(app: object, command: 'definition' | 'validate'): Promise<T> {
  const { createAppHandler } = zapier as unknown as {
    createAppHandler(app: object): (event: object) => Promise<{ results: T }>;
  };
  return (await createAppHandler(app)({ command, bundle: {} })).results;
}
