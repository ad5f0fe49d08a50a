import { describeError, type PipewrightError } from '../../../../shared/src/host/error.ts';
import { presetNames, presetOf } from '../../../../shared/src/services/rest-job/presets.ts';
import { restJob } from '../../../../shared/src/services/rest-job/service.ts';
import { fakeHost, type Answer, type FakeHost } from '../../fake-host.ts';
import { context, operate } from '../../operate.ts';

const base = 'https://jobs.example.com/api';
const connection = {
  baseUrl: base,
  authentication: 'header',
  headerName: 'X-API-Key',
  headerSecret: 'very-secret-key',
};
const reading = { statusPath: '/runs/{runId}', successWords: 'done', failureWords: 'broken\nlost' };
const job = { ...reading, startRequest: 'POST /jobs/42/runs' };
const run = (input: Record<string, unknown>, host: FakeHost, key = 'runJob', values: object = connection) =>
  operate(restJob, key, input, host, { ...values });
const failure = async (input: Record<string, unknown>, host: FakeHost, key = 'runJob'): Promise<PipewrightError> => {
  const outcome = await run(input, host, key).catch((error: PipewrightError) => error);
  if (!(outcome instanceof Error)) throw new Error('The operation did not fail.');
  return outcome;
};
const started: Answer = { status: 202, json: { id: 7 } };
const status = (word: unknown, more = {}): Answer => ({ json: { status: word, ...more } });
const connected = (options = {}): FakeHost =>
  fakeHost(options).on('POST', `${base}/jobs/42/runs`, started).on('GET', `${base}/runs/7`, status('done'));

describe('Run Job of a custom tool', () => {
  it('starts the job, waits for it, and says what each answer was read as', async () => {
    const host = connected().on('GET', `${base}/runs/7`, [status('waiting'), status('busy'), status('done')]);
    expect(await run(job, host)).toMatchObject({
      id: '7',
      service: 'jobs.example.com',
      name: 'POST /jobs/42/runs',
      status: 'succeeded',
      readAs: 'The run ID 7 is the value of “id”. The value “done” of “status” was read as Succeeded.',
    });
    expect(host.requests.map(({ method, headers }) => [method, headers['x-api-key']])).toEqual([
      ['POST', 'very-secret-key'],
      ...Array.from({ length: 3 }, () => ['GET', 'very-secret-key']),
    ]);
  });

  it('sends the body as it was entered, with the digits of every number, and the headers with every request', async () => {
    const startBody = '{"id": 12345678901234567890, "price": 1.10, "key": "{startKey}", "template": "{{ ds }}"}';
    const host = connected();
    await run({ ...job, startBody, headers: { 'X-Tenant': 'contoso' } }, host);
    expect(host.requests[0]?.body).toMatch(
      /^\{"id": 12345678901234567890, "price": 1\.10, "key": "pipewright-[\w-]+", "template": "\{\{ ds \}\}"\}$/,
    );
    expect(host.requests.map(({ headers }) => headers['x-tenant'])).toEqual(['contoso', 'contoso']);
  });

  it('finds the ID and the status deep in the answers', async () => {
    const host = connected()
      .on('POST', `${base}/jobs/42/runs`, { json: { data: [{ run: { id: 'a/b?c' } }] } })
      .on('GET', `${base}/runs/a%2Fb%3Fc`, { json: { result: null, state: { phase: 'DONE' } } });
    const typed = { ...job, runIdField: 'data[0].run.id', statusField: 'result, state.phase' };
    expect(await run(typed, host)).toMatchObject({ id: 'a/b?c', succeeded: true, vendorStatus: 'DONE' });
  });

  it('takes the ID from the Location header', async () => {
    const host = connected().on('POST', `${base}/jobs/42/runs`, {
      status: 202,
      headers: { location: 'https://elsewhere.example.com/queue/7/?token=hush' },
    });
    expect(await run({ ...job, runIdFrom: 'location' }, host)).toMatchObject({
      id: '7',
      readAs: expect.stringContaining('The run ID 7 is in the Location header.'),
    });
  });

  it('uses the start key as the ID, and finds that run again instead of starting another', async () => {
    const known = new Map<string, string>();
    const host = () =>
      fakeHost()
        .on('POST', `${base}/jobs`, ({ json }) => {
          const { key } = json as { key: string };
          if (known.has(key)) return { status: 409, json: { message: 'exists' } };
          known.set(key, 'done');
          return 'lost';
        })
        .on('GET', /\/runs\/pipewright-/, ({ address }) => {
          const word = known.get(address.slice(address.lastIndexOf('/') + 1));
          return word ? status(word) : { status: 404 };
        });
    const typed = {
      ...reading,
      startRequest: 'POST /jobs',
      startBody: '{"key":"{startKey}"}',
      runIdFrom: 'request',
      startKey: 'event 1',
    };
    const results = [await run(typed, host()), await run(typed, host())];
    expect(results.map(({ id, reused }) => [id, reused])).toEqual([
      [results[0]?.['id'], undefined],
      [results[0]?.['id'], true],
    ]);
    expect(known.size).toBe(1);
  });

  it('sends an unconfirmed start again only if the tool returns the same run for the same key', async () => {
    const lost = (): FakeHost => connected().on('POST', `${base}/jobs/42/runs`, ['lost', started]);
    const once = lost();
    await expect(run(job, once)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
      message: expect.stringContaining('did not confirm the start of POST /jobs/42/runs, so the run may have started'),
    });
    expect(once.sent('POST', '/jobs')).toHaveLength(1);
    const again = lost();
    const typed = { ...job, startBody: { idempotencyKey: '{startKey}' }, repeatedStart: 'sameRun' };
    expect(await run(typed, again)).toMatchObject({ id: '7', succeeded: true });
    expect(new Set(again.sent('POST', '/jobs').map(({ body }) => body)).size).toBe(1);
  });

  it('repeats no unconfirmed start because the tool uses the start key as the ID: it may start the ID again', async () => {
    const typed = { ...reading, startRequest: 'PUT /jobs/{startKey}', runIdFrom: 'request' };
    const host = fakeHost()
      .on('PUT', /\/jobs\/pipewright-/, { status: 503 })
      .on('GET', /\/runs\/pipewright-/, { status: 404 });
    await expect(run(typed, host)).rejects.toMatchObject({ code: 'unavailable', retryable: false });
    expect(host.sent('PUT', '/jobs')).toHaveLength(1);
    const found = fakeHost()
      .on('PUT', /\/jobs\/pipewright-/, { status: 503 })
      .on('GET', /\/runs\/pipewright-/, status('done'));
    expect(await run(typed, found)).toMatchObject({ succeeded: true });
    expect(found.sent('PUT', '/jobs')).toHaveLength(1);
  });

  it('refuses a Start Key that comes with other headers, because they may name another tenant', async () => {
    const host = connected();
    await run({ ...job, headers: { 'X-Tenant': 'contoso' }, startKey: 'event-9' }, host);
    expect(await failure({ ...job, headers: { 'X-Tenant': 'fabrikam' }, startKey: 'event-9' }, host)).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('“Headers”'),
    });
    expect(host.sent('POST', '/jobs')).toHaveLength(1);
  });

  it('replaces no other name in braces in a start body, such as that of an inherited property', async () => {
    const startBody = '{"a":"{constructor} {toString} {__proto__}","b":"{valueOf}"}';
    const host = connected();
    await run({ ...job, startBody }, host);
    expect(host.requests[0]?.body).toBe(startBody);
  });

  it('repeats little of a status, and no secret, if the field contains something else', async () => {
    const word = `Bearer abcdefghijklmnop ${'x'.repeat(5_000)}`;
    const host = connected().on('GET', `${base}/runs/7`, status(word));
    const result = await run({ ...reading, run: '7' }, host, 'getJobRun');
    expect(result['readAs']).toMatch(/^The value “Bearer .{1,100}…” of “status” is in no list/);
    expect(JSON.stringify(result)).not.toContain('abcdefghijklmnop');
  });

  it('starts one run per Start Key', async () => {
    const host = connected();
    const typed = { ...job, startKey: 'event-1' };
    await run(typed, host);
    expect(await run(typed, host)).toMatchObject({ id: '7', reused: true });
    expect(host.sent('POST', '/jobs')).toHaveLength(1);
  });

  it('refuses a Start Key that was used for another body, because it may be another job', async () => {
    const host = connected();
    const typed = { ...job, startKey: 'event-1', startBody: '{"connection":"a"}' };
    await run(typed, host);
    const error = await failure({ ...typed, startBody: '{"connection":"b"}' }, host);
    expect(error).toMatchObject({ code: 'conflict', hint: expect.stringContaining('“Job Name”') });
    expect(host.sent('POST', '/jobs')).toHaveLength(1);
    await run({ ...typed, startBody: '{"connection":"b"}', jobName: 'Job B' }, host);
    expect(host.sent('POST', '/jobs')).toHaveLength(2);
  });

  it('never ends with a word that is in no list, and names it at the timeout', async () => {
    const host = connected().on('GET', `${base}/runs/7`, status('Succeeded'));
    const error = await failure({ ...job, timeoutMinutes: 2 }, host);
    expect(error).toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('Its last status, “Succeeded”, is not known, so the run may still be active.'),
      output: { status: 'unknown', finished: false },
    });
    expect(error.output?.['readAs']).toContain(
      'The value “Succeeded” of “status” is in no list of status words, so the run counts as active.',
    );
    expect(host.logged.filter((line) => line.includes('“Succeeded” is in no list'))).toHaveLength(1);
  });

  it('ends at the third answer without the status field, and lists the fields that are there', async () => {
    const answer = { json: { id: 7, data: { phase: 'done', owner: 'ada' } } };
    const host = connected().on('GET', `${base}/runs/7`, answer);
    const error = await failure({ ...job, statusField: 'data.state' }, host);
    expect(error).toMatchObject({
      code: 'invalid-input',
      retryable: false,
      hint: 'Correct “Status Field” of this step.',
    });
    expect(error.message).toBe(
      'The status of run 7 of POST /jobs/42/runs could not be read, and the run may still be active. 3 answers in a row have no status at “data.state”. The answer has the fields id, data.phase, data.owner.',
    );
    expect(host.sent('GET', '/runs/7')).toHaveLength(3);
    expect(host.sleeps.reduce((sum, one) => sum + one, 0)).toBeLessThan(30_000);
  });

  it.each<[string, Answer[]]>([
    [
      'an earlier answer had the field',
      [status('busy'), ...Array.from({ length: 5 }, () => ({ json: { error: 'later' } }))],
    ],
    ['the field is empty', Array.from({ length: 5 }, () => status(null))],
    ['the answers are no JSON', Array.from({ length: 5 }, () => ({ text: '<html>Proxy</html>' }))],
  ])('keeps waiting without a status if %s', async (_why, answers) => {
    const host = connected().on('GET', `${base}/runs/7`, [...answers, status('done')]);
    expect(await run(job, host)).toMatchObject({ succeeded: true });
  });

  it('ends at the third answer with a word in no list if every active word is listed', async () => {
    const typed = { ...job, activeWords: 'busy' };
    const host = connected().on('GET', `${base}/runs/7`, [status('busy'), status('Succeeded')]);
    const error = await failure(typed, host);
    expect(error).toMatchObject({ code: 'invalid-input', hint: expect.stringContaining('“Active Words”') });
    expect(error.message).toContain('The status is “Succeeded”, which is in no list of status words.');
    expect(host.sent('GET', '/runs/7')).toHaveLength(4);
    const passing = connected().on('GET', `${base}/runs/7`, [
      status('odd'),
      status('odd'),
      status('busy'),
      status('done'),
    ]);
    expect(await run(typed, passing)).toMatchObject({ succeeded: true });
  });

  it('explains a failed run with its message, or with the last lines of its log', async () => {
    const failed = connected().on('GET', `${base}/runs/7`, status('lost', { error: { text: 'Disk is full' } }));
    expect((await failure({ ...job, messageField: 'error.text' }, failed)).message).toBe(
      'The run of POST /jobs/42/runs failed: Disk is full.',
    );
    const log = ['first', ...Array.from({ length: 30 }, (_, index) => `line ${index}`), 'password=hush1234'].join('\n');
    const host = connected()
      .on('GET', `${base}/runs/7`, status('broken'))
      .on('GET', `${base}/runs/7/log`, { text: log });
    const result = await run({ ...job, logPath: '/runs/{runId}/log', onFailure: 'continue' }, host);
    expect(result).toMatchObject({ status: 'failed', message: expect.stringContaining('line 29') });
    expect(JSON.stringify(result)).not.toMatch(/hush1234|first/);
    const without = connected()
      .on('GET', `${base}/runs/7`, status('broken'))
      .on('GET', `${base}/runs/7/log`, { status: 404 });
    expect((await failure({ ...job, logPath: '/runs/{runId}/log' }, without)).code).toBe('run-failed');
  });

  it('cancels the run at the timeout, and refuses to promise it without a Cancel Request', async () => {
    const host = connected()
      .on('GET', `${base}/runs/7`, status('busy'))
      .on('DELETE', `${base}/runs/7`, { status: 204 });
    const typed = { ...job, onTimeout: 'cancel', timeoutMinutes: 1 };
    expect(await failure({ ...typed, cancelRequest: 'DELETE /runs/{runId}' }, host)).toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('Cancellation of the run was requested'),
    });
    expect(host.sent('DELETE', '/runs/7')).toHaveLength(1);
    const refused = connected();
    expect(await failure(typed, refused)).toMatchObject({
      code: 'invalid-input',
      hint: expect.stringContaining('“Cancel Request”'),
    });
    expect(await failure({ ...job, reuseActiveRun: true }, refused)).toMatchObject({ code: 'invalid-input' });
    expect(refused.requests).toEqual([]);
  });

  it('links to the page of the run', async () => {
    expect(await run({ ...job, runUrl: '/ui/runs/{runId}' }, connected())).toMatchObject({ url: `${base}/ui/runs/7` });
    const runUrl = 'https://ui.example.com/{runId}';
    expect(await run({ ...job, runUrl }, connected())).toMatchObject({ url: 'https://ui.example.com/7' });
  });

  it.each<[string, Answer, RegExp]>([
    ['another field', { json: { run: 7, status: 'ok' } }, /no run ID at “id”. The answer has the fields run, status\./],
    ['an empty answer', { status: 204 }, /no run ID at “id”. The answer has no fields\./],
    ['a web page', { text: '<html>Log in</html>' }, /no run ID at “id”/],
    ['an ID that is no text', { json: { id: { value: 7 } } }, /no run ID at “id”/],
    ['an ID of 0', { json: { id: 0 } }, /no run ID at “id”/],
  ])('does not start again after %s, and says what the answer contains', async (_what, answer, message) => {
    const host = connected().on('POST', `${base}/jobs/42/runs`, answer);
    expect(await failure(job, host)).toMatchObject({
      code: 'unexpected-response',
      retryable: false,
      message: expect.stringMatching(message),
    });
    expect(host.requests).toHaveLength(1);
  });
});

describe('Run Job of a custom tool calls only the host of the connection', () => {
  it.each([
    ['POST https://evil.example.com/jobs', '“Start Request”'],
    ['POST //evil.example.com/jobs', '“Start Request”'],
    ['POST @evil.example.com/jobs', '“Start Request”'],
    ['POST .evil.example.com/jobs', '“Start Request”'],
    ['POST /../admin', '“Start Request”'],
    ['POST /jobs/%2e%2E/x', '“Start Request”'],
    ['POST /jobs\\..\\x', '“Start Request”'],
    ['POST /jobs#x', '“Start Request”'],
    ['POST /jobs/{job}', '{job}'],
    ['GET /jobs', '“Start Request”'],
    ['TRACE /jobs', '“Start Request”'],
  ])('and refuses %s', async (startRequest, named) => {
    const host = connected();
    const error = await failure({ ...job, startRequest }, host);
    expect(error).toMatchObject({ code: 'invalid-input', message: expect.stringContaining(named) });
    expect(host.requests).toEqual([]);
  });

  it.each(['..', '.', '../../admin', 'x/..', '..\\admin', '7\u0000', '%2e%2e', '?x=1', '#', '@evil.example.com'])(
    'and keeps the run ID %j in one segment of the path',
    async (id) => {
      const host = fakeHost().on('GET', /./, status('done'));
      const outcome = await run({ ...reading, run: id }, host, 'getJobRun').catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'invalid-input' });
      for (const { url } of host.requests) expect(url).toBe(`${base}/runs/${encodeURIComponent(id)}`);
      expect(host.requests.length).toBe(['%2e%2e', '?x=1', '#', '@evil.example.com'].includes(id) ? 1 : 0);
    },
  );

  it('and does not follow a redirect to another host', async () => {
    const host = connected()
      .on('GET', `${base}/runs/7`, { status: 302, headers: { location: 'https://evil.example.com/runs/7' } })
      .on('GET', 'https://evil.example.com/runs/7', status('done'));
    const error = await failure(job, host);
    expect(describeError(error, 'n8n')).toContain('another host (evil.example.com)');
    expect(host.requests.every(({ url }) => url.startsWith(base))).toBe(true);
    const post = connected().on('POST', `${base}/jobs/42/runs`, {
      status: 307,
      headers: { location: 'https://evil.example.com/' },
    });
    expect((await failure(job, post)).message).toContain('redirect');
    expect(post.requests).toHaveLength(1);
  });

  it('and follows a redirect on the same host', async () => {
    const host = connected()
      .on('GET', `${base}/runs/7`, { status: 302, headers: { location: '/api/v2/runs/7' } })
      .on('GET', `${base}/v2/runs/7`, status('done'));
    expect(await run(job, host)).toMatchObject({ succeeded: true });
  });

  it.each(['Authorization', 'cookie', 'Host', 'Proxy-Authorization'])('and refuses the header %s', async (name) => {
    const host = connected();
    expect(await failure({ ...job, headers: { [name]: 'x' } }, host)).toMatchObject({ code: 'invalid-input' });
    expect(await failure({ ...job, headers: { 'X-A': 'a\r\nX-B: b' } }, host)).toMatchObject({ code: 'invalid-input' });
    expect(host.requests).toEqual([]);
  });
});

describe('The form of a custom tool', () => {
  it.each<[string, Record<string, unknown>]>([
    ['Start Request', { startRequest: '' }],
    ['Status Path', { statusPath: '' }],
    ['Success Words', { successWords: '' }],
    ['Failure Words', { failureWords: [] }],
    ['Status Path', { statusPath: '/runs/latest' }],
    ['Failure Words', { failureWords: 'broken\nDone' }],
    ['Canceled Words', { cancelledWords: 'BROKEN' }],
    ['Run ID From', { runIdFrom: 'request' }],
    ['Repeated Start', { repeatedStart: 'sameRun' }],
    ['Start Body', { startBody: '{not json' }],
    ['Start Body', { startBody: '{"key":"{StartKey}"}' }],
    ['Start Body', { startBody: '{"key":"{{ startKey }}"}' }],
    ['Run URL', { runUrl: 'javascript:alert(1)' }],
    ['Run URL', { runUrl: 'https://ui.example.com/{job}/{runId}' }],
    ['Cancel Request', { cancelRequest: 'POST /jobs/42/cancel' }],
    ['Log Path', { logPath: '/log' }],
    ['Cancel Request', { cancelRequest: 'GET /runs/{runId}/cancel' }],
  ])('is refused with the name of the field: %s', async (label, typed) => {
    const host = connected();
    const error = await failure({ ...job, ...typed }, host);
    expect(error).toMatchObject({ code: 'invalid-input', message: expect.stringContaining(`“${label}”`) });
    expect(error.hint).toBeDefined();
    expect(host.requests).toEqual([]);
  });

  it('reads words in any case, and numbers and booleans', async () => {
    const host = connected().on('GET', `${base}/runs/7`, [status(1), status('BUSY'), status(true)]);
    const typed = { ...job, successWords: ['true'], failureWords: ['2'], activeWords: ['1', 'busy'] };
    expect(await run(typed, host)).toMatchObject({ succeeded: true, vendorStatus: 'true' });
  });
});

describe('A preset', () => {
  it.each(presetNames)('%s asks for what it leaves open, and for nothing else', async (tool) => {
    const host = fakeHost();
    const { asks, start } = presetOf(tool);
    const typed = {
      tool,
      job: 'j',
      ...(asks.repository ? { repository: 'o/r' } : {}),
      ...(asks.ref ? { ref: 'm' } : {}),
    };
    for (const [name, label] of [
      ['job', 'Job ID'],
      ['repository', 'Repository'],
      ['ref', 'Branch or Tag'],
    ] as const) {
      if (!(name in typed)) continue;
      expect(await failure({ ...typed, [name]: '' }, host)).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(`“${label}”`),
      });
    }
    expect(host.requests).toEqual([]);
    const refusal: Answer = { status: 400, json: { detail: 'No such job' } };
    const open = fakeHost().on('GET', /./, refusal).on(start.method, /./, refusal);
    expect((await failure(typed, open)).message).toContain('No such job');
    expect(open.requests.every(({ url }) => !url.includes('{') && !url.includes('%7B'))).toBe(true);
  });
});

describe('The connection test of REST Job', () => {
  const test = (host: FakeHost, values: Record<string, unknown> = connection) =>
    restJob.connection.test(context(restJob, host, values));

  it('accepts an API without a page at its base URL, and refuses wrong credentials', async () => {
    expect(await test(fakeHost().on('GET', `${base}/`, { status: 404 }))).toBe('jobs.example.com');
    await expect(test(fakeHost().on('GET', `${base}/`, { status: 401 }))).rejects.toMatchObject({
      code: 'unauthorized',
      hint: { n8n: expect.stringContaining('credential'), zapier: expect.stringContaining('connection') },
    });
    await expect(test(fakeHost(), { ...connection, headerSecret: '' })).rejects.toMatchObject({
      code: 'not-connected',
    });
    await expect(test(fakeHost(), { ...connection, baseUrl: 'http://jobs.example.com' })).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });
});
