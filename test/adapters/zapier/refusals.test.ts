import { services } from '../../../shared/src/catalog.ts';
import { logsIn } from '../../../shared/src/define/connection.ts';
import { describeField, type Field } from '../../../shared/src/define/fields.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { authenticationKey } from '../../../zapier-app/adapter/connections.ts';
import { kindOf } from '../../../zapier-app/adapter/kind.ts';
import { keyOf } from '../../../zapier-app/adapter/names.ts';
import { neededFields, said, secretField, unknownInput, withoutLogin } from '../parity/refusals.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import type { StoredFile } from '../../support/zapier-runtime/stored-file.ts';
import { startPlatform, type Platform } from './platform.ts';
import { groupsOf } from './sandbox-accounts.ts';

let sandbox: Sandbox;
let zapier: Platform;
let authData: Record<string, unknown>;
let file: string;
let logged: jest.SpyInstance;

const content = Buffer.from('a,b\n1,2\n');
const claims: StoredFile = {
  url: '',
  name: 'claims.csv',
  mediaType: 'text/csv',
  size: content.length,
  bytes: async () => content,
  async *chunks() {
    yield content;
  },
};

/** SQL tables have their own tests with a real database; datasets do too, as they do not log in themselves. */
const every = services
  .filter(({ key, connection }) => key !== 'sqlTable' && logsIn(connection))
  .flatMap((service) =>
    service.operations.map((operation) => [`${operation.name} in ${service.name}`, service, operation] as const),
  );

beforeAll(async () => {
  sandbox = await startSandbox();
  zapier = await startPlatform(zapierApp(services, { maxWaitSeconds: 3 }));
  file = zapier.offerFile(async () => claims);
});

afterAll(async () => {
  await zapier.close();
  await sandbox.stop();
});

beforeEach(() => {
  sandbox.control.reset();
  authData = Object.assign({}, ...Object.values(groupsOf(sandbox)));
  logged = jest.spyOn(console, 'log').mockImplementation(() => undefined);
});

afterEach(() => logged.mockRestore());

/** The error message. Neither it nor the log may contain a secret. */
function explained(error: unknown): string {
  expect(error).toBeInstanceOf(Error);
  const all = JSON.stringify([(error as Error).message, logged.mock.calls]);
  for (const [name, value] of Object.entries(authData))
    if (/secret|token/i.test(name)) expect(all).not.toContain(String(value));
  return (error as Error).message;
}

describe.each(every)('%s', (_name, service, operation) => {
  const key = keyOf(service, operation);
  const run = (changes: Record<string, unknown> = {}): Promise<unknown> => {
    const inputData = { ...unknownInput(service, operation, file), ...changes };
    const step =
      kindOf(operation) === 'search'
        ? zapier.search(key, { authData, inputData })
        : zapier.create(key, { authData, inputData });
    return step.catch((error: unknown) => error);
  };

  if (!(operation.key in withoutLogin)) {
    it('explains what to do about a wrong secret', async () => {
      authData[authenticationKey(service.connection, secretField(service))] = 'xoxb-wrong';
      expect(explained(await run())).toMatch(said.wrongSecret);
    });
  }

  it('names a required field that is empty', async () => {
    for (const name of neededFields(operation))
      expect(explained(await run({ [name]: '' }))).toContain(
        `“${describeField(operation.input[name] as Field).label}”`,
      );
  });

  it('explains what to check when something does not exist', async () => {
    const result = await run();
    if (kindOf(operation) === 'search' && Array.isArray(result)) expect(result).toEqual([]);
    else expect(explained(result)).toMatch(said.unknown);
  });

  if (!(operation.key in withoutLogin)) {
    it('explains who can grant a missing permission', async () => {
      const fault = { kind: 'status', status: 403, body: { message: 'No entry' } } as const;
      sandbox.faults.add({ match: { path: /.*/ }, times: 50, fault });
      expect(explained(await run())).toMatch(said.forbidden);
    });
  }
});
