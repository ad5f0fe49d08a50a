import { PipewrightError } from '../../../../shared/src/host/error.ts';
import { presetNames, presetOf } from '../../../../shared/src/services/rest-job/presets.ts';
import { restJob } from '../../../../shared/src/services/rest-job/service.ts';
import { seedOf } from '../../../support/seed.ts';
import { fakeHost } from '../../fake-host.ts';
import { operate } from '../../operate.ts';
import { randomFrom } from '../../random.ts';

const base = 'https://jobs.example.com/api';
const connection = { baseUrl: base, authentication: 'bearer', token: 'very-secret-token' };
const random = randomFrom(seedOf('REST Job'));
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const words = ['done', 'DONE', ' done ', 'broken', 'stopped', 'busy', 'success', 'succeeded', '', ' ', 'constructor'];
const names = ['state', 'word', 'id', 'data', '0', '__proto__', 'constructor', 'toString', 'length'];

/** Any JSON value, often with the names and words that the form names. */
function anyJson(depth = 3): unknown {
  const kind = random();
  if (depth === 0 || kind < 0.35) return pick([...words, ...words, null, true, false, 0, -1, 7, 1e21, 1.5]);
  if (kind < 0.5) return Array.from({ length: Math.floor(random() * 3) }, () => anyJson(depth - 1));
  const entries = Array.from({ length: Math.floor(random() * 4) }, () => [pick(names), anyJson(depth - 1)] as const);
  return JSON.parse(
    `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
  );
}

/** What the form below says about an answer: the first of the two fields with a value decides. */
function expectedStatus(answer: unknown): string | undefined {
  const at = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, name)
      ? (value as Record<string, unknown>)[name]
      : undefined;
  const found = [at(at(answer, 'state'), 'word'), at(answer, 'state')].find(
    (value) =>
      typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.trim() !== ''),
  );
  if (found === undefined) return undefined;
  const word = String(found).trim().toLowerCase();
  const meanings: Record<string, string> = {
    done: 'succeeded',
    true: 'succeeded',
    broken: 'failed',
    stopped: 'cancelled',
  };
  return Object.hasOwn(meanings, word) ? meanings[word] : 'unknown';
}

describe('Get Job Run of a custom tool', () => {
  it('reads any answer by the form alone: a status in no list is never final', async () => {
    const seen = new Map<string, number>();
    for (let count = 0; count < 1_500; count += 1) {
      const answer = pick([anyJson, () => ({ state: anyJson() }), () => ({ id: 7, state: { word: anyJson(1) } })])();
      const host = fakeHost().on('GET', `${base}/runs/7`, { json: answer });
      const typed = {
        statusPath: '/runs/{runId}',
        statusField: 'state.word, state',
        successWords: 'done\ntrue',
        failureWords: 'broken',
        cancelledWords: 'stopped',
        run: '7',
      };
      const outcome = await operate(restJob, 'getJobRun', typed, host, connection).catch((error: unknown) => error);
      const expected = expectedStatus(answer);
      if (outcome instanceof Error) {
        expect([JSON.stringify(answer), outcome instanceof PipewrightError]).toEqual([JSON.stringify(answer), true]);
        expect([JSON.stringify(answer), expected]).toEqual([JSON.stringify(answer), undefined]);
        expect(outcome).toMatchObject({ code: 'unexpected-response' });
      } else
        expect([JSON.stringify(answer), (outcome as { status: string }).status]).toEqual([
          JSON.stringify(answer),
          expected,
        ]);
      seen.set(String(expected), (seen.get(String(expected)) ?? 0) + 1);
    }
    for (const status of ['succeeded', 'failed', 'cancelled', 'unknown', 'undefined'])
      expect([status, (seen.get(status) ?? 0) > 20]).toEqual([status, true]);
  });

  it('keeps any run ID in one segment below the base URL, and refuses one that leaves it once decoded', async () => {
    const characters = [...'ab7./\\?#@:%&=+ é漢😀"<>{}', '..', '//', '%2f', '{runId}', '\u0000', '\n'];
    let refused = 0;
    for (let count = 0; count < 1_000; count += 1) {
      const id = `${Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(characters)).join('')}x`;
      const host = fakeHost().on('GET', /./, { json: { status: 'done' } });
      const typed = { statusPath: '/runs/{runId}/state', successWords: 'done', failureWords: 'no', run: id };
      const leaves = id.split(/[\\/]/).some((part) => part === '.' || part === '..');
      if (leaves || /[\u0000\n]/.test(id.trim())) {
        await expect(operate(restJob, 'getJobRun', typed, host, connection)).rejects.toMatchObject({
          code: 'invalid-input',
          message: expect.stringContaining('“Run ID”'),
        });
        expect(host.requests).toEqual([]);
        refused += 1;
        continue;
      }
      await operate(restJob, 'getJobRun', typed, host, connection);
      const url = new URL(host.requests[0]?.url ?? '');
      expect([url.origin, url.search, url.hash]).toEqual(['https://jobs.example.com', '', '']);
      const [, segment = ''] = /^\/api\/runs\/([^/]+)\/state$/.exec(url.pathname) ?? [];
      expect(decodeURIComponent(segment)).toBe(id.trim());
    }
    expect(refused).toBeGreaterThan(20);
  });
});

describe('Run Job of a custom tool', () => {
  it('sends any start body unchanged, except for the start key', async () => {
    for (let count = 0; count < 500; count += 1) {
      const body = JSON.stringify({ any: anyJson(), key: '{startKey}', text: '{runId} {{x}} $& $1' });
      const host = fakeHost()
        .on('POST', `${base}/jobs`, { json: { id: 'r1' } })
        .on('GET', `${base}/runs/r1`, { json: { status: 'done' } });
      const typed = {
        startRequest: '/jobs',
        startBody: body,
        statusPath: '/runs/{runId}',
        successWords: 'done',
        failureWords: 'no',
        startKey: `any "key" ${count}`,
      };
      await operate(restJob, 'runJob', typed, host, connection);
      const sent = host.requests[0]?.body ?? '';
      const [key = ''] = /pipewright-[\da-f]{16}/.exec(sent) ?? [];
      expect(sent).toBe(body.replace('{startKey}', () => key));
    }
  });

  it.each(presetNames)('reads a run of %s by its words alone, whatever else the answer contains', async (tool) => {
    const preset = presetOf(tool);
    const { run: shape, status } = preset;
    const id = shape.ends ? '2026-11-20T08:00:00.000Z' : '8841';
    const [first = ''] = shape.status;
    const statuses = new Set(Object.values(shape.words));
    expect(shape.ends !== undefined || (statuses.has('succeeded') && statuses.has('failed'))).toBe(true);
    for (const word of [...Object.keys(shape.words), 'hibernating', 'constructor', '__proto__']) {
      const holder: Record<string, unknown> = {};
      const put = (path: string, value: unknown): void => {
        const keys = path.split('.');
        const last = keys.pop() ?? '';
        const inner = keys.reduce<Record<string, unknown>>(
          (object, key) => (object[key] ??= {}) as Record<string, unknown>,
          holder,
        );
        inner[last] = value;
      };
      put(first, word.toUpperCase());
      if (shape.id) put(shape.id, id);
      const wrapped = (status.at ?? '')
        .split('.')
        .filter(Boolean)
        .reduceRight<unknown>((inner, key) => (key === '0' ? [inner] : { [key]: inner }), holder);
      const host = fakeHost().on('GET', /./, { json: wrapped });
      const typed = { tool, job: 'j', repository: 'o/r', run: id };
      expect([word, await operate(restJob, 'getJobRun', typed, host, connection)]).toMatchObject([
        word,
        { status: Object.hasOwn(shape.words, word) ? shape.words[word] : 'unknown', id },
      ]);
      if (!shape.id) continue;
      expect(await operate(restJob, 'getJobRun', { ...typed, run: `0${id}` }, host, connection)).toMatchObject({
        status: Object.hasOwn(shape.words, word) ? shape.words[word] : 'unknown',
      });
      put(shape.id, '8842');
      await expect(operate(restJob, 'getJobRun', typed, host, connection)).rejects.toMatchObject({
        code: 'unexpected-response',
        message: expect.stringContaining('another run'),
      });
    }
  });
});
