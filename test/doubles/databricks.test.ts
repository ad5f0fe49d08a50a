import { sandboxAccounts, startSandbox, type Sandbox } from './sandbox.ts';
import { ManualClock } from './server/clock.ts';
import { until } from './until.ts';

const { token, clientId, clientSecret, jobId } = sandboxAccounts.databricks;

describe('Databricks in the sandbox', () => {
  const clock = new ManualClock(Date.now());
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock });
    sandbox.control.setDurations({ queuedMilliseconds: 50, runningMilliseconds: 100 });
  });
  afterAll(() => sandbox.stop());

  const call = async (method: string, path: string, body?: string, bearer: string = token) => {
    const response = await fetch(`${sandbox.addresses.databricks}/api/2.2/jobs${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}` },
      ...(body ? { body } : {}),
    });
    return { status: response.status, text: await response.text() };
  };
  const idIn = (text: string): string => /"run_id":(\d+)/.exec(text)?.[1] ?? '';
  const states = async (id: string) => {
    const { state } = JSON.parse((await call('GET', `/runs/get?run_id=${id}`)).text) as {
      state: { life_cycle_state: string; result_state?: string };
    };
    return state.result_state ?? state.life_cycle_state;
  };

  it('accepts the token, or a token of a service principal that logs in with a header', async () => {
    expect((await call('GET', '/list', undefined, 'wrong')).status).toBe(401);
    const login = (headers: Record<string, string>, extra = '') =>
      fetch(`${sandbox.addresses.databricks}/oidc/v1/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: `grant_type=client_credentials&scope=all-apis${extra}`,
      });
    expect((await login({}, `&client_id=${clientId}&client_secret=${clientSecret}`)).status).toBe(401);
    const granted = await login({
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    });
    const { access_token: access } = (await granted.json()) as { access_token: string };
    expect((await call('GET', '/list', undefined, access)).status).toBe(200);
  });

  it('returns and accepts IDs above Number.MAX_SAFE_INTEGER', async () => {
    expect((await call('GET', '/list?limit=1')).text).toContain(`"job_id":${jobId}`);
    const id = idIn((await call('POST', '/run-now', `{"job_id":${jobId}}`)).text);
    expect(Number.isSafeInteger(Number(id))).toBe(false);
    await until(
      () => states(id),
      (state) => state === 'SUCCESS',
      clock,
    );
    expect((await call('GET', '/runs/get?run_id=1')).text).toContain('does not exist');
  });

  it('returns the same run for the same idempotency token', async () => {
    const start = async (key: string) =>
      idIn((await call('POST', '/run-now', `{"job_id":911,"idempotency_token":"${key}"}`)).text);
    expect(await start('a')).toBe(await start('a'));
    expect(await start('a')).not.toBe(await start('b'));
    expect((await call('POST', '/run-now', `{"job_id":911,"idempotency_token":"${'x'.repeat(65)}"}`)).status).toBe(400);
  });

  it('returns the cause of a failure only in the output of the task', async () => {
    const id = idIn((await call('POST', '/run-now', '{"job_id":911}')).text);
    await until(
      () => states(id),
      (state) => state === 'FAILED',
      clock,
    );
    const { text } = await call('GET', `/runs/get?run_id=${id}`);
    expect(text).not.toContain('report date');
    const [, , task = ''] = [...text.matchAll(/"run_id":(\d+)/g)].map(([, found]) => found);
    expect((await call('GET', `/runs/get-output?run_id=${task}`)).text).toContain(
      'The report date lies in the future.',
    );
    expect((await call('GET', `/runs/get-output?run_id=${id}`)).status).toBe(400);
  });

  it('cancels a run, and does not change a finished one', async () => {
    sandbox.control.planRun({ service: 'databricks', name: 'Monthly report', runningMilliseconds: 60_000 });
    const id = idIn((await call('POST', '/run-now', `{"job_id":${jobId}}`)).text);
    await call('POST', '/runs/cancel', `{"run_id":${id}}`);
    await until(
      () => states(id),
      (state) => state === 'CANCELED',
      clock,
    );
    expect((await call('POST', '/runs/cancel', `{"run_id":${id}}`)).status).toBe(200);
  });
});
