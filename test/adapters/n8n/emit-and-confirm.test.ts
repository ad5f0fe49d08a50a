import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { emitAndConfirm, reportStart } from '../../../n8n-nodes/adapter/emit-and-confirm.ts';
import type { Emit } from '../../../n8n-nodes/adapter/emitters.ts';

interface Done {
  resolve(): void;
  reject(error: Error): void;
}

/** A fake n8n that records the deduplication keys of emitted items and passes the items to a test. */
function n8nThat(takes: (item: INodeExecutionData, done: Done, isRepeat: boolean) => void) {
  const keys: string[] = [];
  const emit = ([items = []]: INodeExecutionData[][], _response: unknown, done: Done, key: string) => {
    const [item] = items;
    const isRepeat = keys.includes(key);
    keys.push(key);
    takes(item as INodeExecutionData, done, isRepeat);
  };
  return { emit: emit as unknown as Emit, keys };
}

const execution = { getWorkflow: () => ({ id: 'w' }), getNode: () => ({ id: 'n' }) } as unknown as IExecuteFunctions;
const event = (id: string) => ({ id, data: { eventId: id } });
/** Advances the clock until the work has finished; returns the elapsed milliseconds. */
const time = async (work: Promise<unknown>): Promise<number> => {
  const begin = Date.now();
  let isOver = false;
  void work.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (await jest.advanceTimersByTimeAsync(0); !isOver; ) await jest.advanceTimersByTimeAsync(10);
  return Date.now() - begin;
};
const afterTime = async <T>(work: Promise<T>): Promise<T> => {
  await time(work);
  return work;
};

beforeAll(() => jest.useFakeTimers());
afterAll(() => jest.useRealTimers());

it('emitAndConfirm does not report an event as stored before it knows where executions run, and emits it only once', async () => {
  const { emit, keys } = n8nThat(() => undefined);
  const unconfirmed = emitAndConfirm(emit, 'w:n', event('first after a restart'));
  expect(await time(unconfirmed)).toBeLessThan(2_000);
  expect(await unconfirmed).toBe(false);
  expect(keys).toHaveLength(1);
});

it('emitAndConfirm reports the repeat of an unconfirmed event as stored when n8n rejects its key', async () => {
  const { emit } = n8nThat((_item, done, isRepeat) => isRepeat && done.resolve());
  expect(await afterTime(emitAndConfirm(emit, 'w:n', event('repeated')))).toBe(false);
  expect(await afterTime(emitAndConfirm(emit, 'w:n', event('repeated')))).toBe(true);
});

it('emitAndConfirm waits only briefly when executions run in other processes', async () => {
  await jest.advanceTimersByTimeAsync(60_000);
  const { emit, keys } = n8nThat(() => undefined);
  const elsewhere = emitAndConfirm(emit, 'w:n', event('elsewhere'));
  expect(await time(elsewhere)).toBeLessThan(900);
  expect(await elsewhere).toBe(true);
  expect(keys).toHaveLength(1);
});

it('emitAndConfirm resolves when the execution starts with the delivered items', async () => {
  const { emit } = n8nThat((item) => void setTimeout(() => reportStart(execution, [structuredClone(item)]), 20));
  const begun = emitAndConfirm(emit, 'w:n', event('begins'));
  expect(await time(begun)).toBeLessThan(50);
  expect(await begun).toBe(true);
});

it('emitAndConfirm resolves when n8n reports the event as stored', async () => {
  const { emit, keys } = n8nThat((_item, done) => done.resolve());
  expect(await emitAndConfirm(emit, 'w:n', event('known'))).toBe(true);
  expect(keys).toHaveLength(1);
});

it('emitAndConfirm emits again when n8n has stored the execution but not started it', async () => {
  const { emit, keys } = n8nThat((_item, done, isRepeat) => isRepeat && done.resolve());
  expect(await afterTime(emitAndConfirm(emit, 'w:n', event('parked')))).toBe(true);
  expect(keys).toEqual([keys[0], keys[0]]);
});

it('emitAndConfirm returns false within two seconds when n8n never reports the event', async () => {
  const { emit } = n8nThat(() => undefined);
  const lost = emitAndConfirm(emit, 'w:n', event('lost'));
  expect(await time(lost)).toBeLessThan(2_000);
  expect(await lost).toBe(false);
});

it('emitAndConfirm fails when n8n could not store the execution', async () => {
  const { emit } = n8nThat((_item, done) => done.reject(new Error('The database is locked.')));
  await expect(emitAndConfirm(emit, 'w:n', event('refused'))).rejects.toThrow('locked');
});
