import { restJobAccount } from '../doubles/rest-job/account.ts';
import { operate } from '../unit/operate.ts';
import { minute, startCoreWorld, type CoreWorld } from './core-host.ts';
import { serviceOf } from './service-of.ts';

const { dag, connection, user, password, clientId, clientSecret } = restJobAccount;

describe('A login of REST Job for a token', () => {
  let world: CoreWorld;
  beforeEach(async () => {
    world = await startCoreWorld({ tokenSeconds: 120 });
  });
  afterEach(() => world.sandbox.stop());

  it.each([
    ['Airflow', 'airflow', dag, { authentication: 'login', user, password }, '/auth/token'],
    [
      'Airbyte',
      'airbyte',
      connection,
      { authentication: 'application', clientId, clientSecret },
      '/applications/token',
    ],
  ])('lets the wait for a run of %s outlive many tokens', async (_name, tool, job, login, path) => {
    world.sandbox.control.planRun({ service: tool, name: job, runningMilliseconds: 30 * minute });
    const values = { baseUrl: world.sandbox.addresses.restJob, ...login };
    const restJob = serviceOf('restJob');
    expect(await operate(restJob, 'runJob', { tool, job }, world.open(), values)).toMatchObject({ succeeded: true });
    expect(
      world.sandbox.requests.count({ route: `POST ${path}`, status: path === '/auth/token' ? 201 : 200 }),
    ).toBeGreaterThan(5);
    expect(world.sandbox.world.restJob[tool === 'airflow' ? 'airflow' : 'airbyte'].all).toHaveLength(1);
  });
});
