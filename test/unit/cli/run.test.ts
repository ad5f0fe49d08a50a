import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callCli } from './call-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-run-'));
afterAll(() => rmSync(folder, { recursive: true }));
const connection = join(folder, 'connection.json');
writeFileSync(
  connection,
  JSON.stringify({ accountId: '1', apiToken: 'a-token-of-dbt', accessUrl: 'http://127.0.0.1:9' }),
);

describe('pipewright run', () => {
  it('says that a trigger is not an operation', async () => {
    expect(await callCli('run', 'dbt.jobRunStarted')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^“dbt\.jobRunStarted” is a trigger, .*`pipewright deliver`\./),
    });
    expect((await callCli('run', 'dbt.nothing')).err).toContain('Unknown operation “dbt.nothing”.');
  });

  it('refuses unknown keys of the input and lists the allowed ones', async () => {
    const words = ['run', 'dbt.runJob', '--connection', connection];
    expect(await callCli(...words, '--input', '{"job":"123","foo":1,"toString":2}')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^--input has the unknown keys “foo”, “toString”\. Allowed: job, .*\./),
    });
  });

  it('calls the login data a connection, as its option does', async () => {
    const { code, err } = await callCli('run', 'dbt.getJobRun', '--connection', connection, '--input', '{"run":"1"}');
    expect([code, err]).toEqual([
      1,
      'dbt could not be reached: the server refused the connection. Check the URL in the connection and the network.\n',
    ]);
  });
});
