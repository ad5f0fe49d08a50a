import { memoryCache } from '../../../shared/src/host/memory-cache.ts';
import { chooseEvents } from '../../../zapier-app/adapter/choose-events.ts';
import { Deduper } from '../../support/zapier-runtime/deduper.ts';
import { randomFrom } from '../../unit/random.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * A Zap that polls a list, as Zapier does: it drops what it knows, and the first poll only fills its record.
 * @param isRejected whether Zapier rejects the next answer, and records nothing of it
 */
function zap(list: (since: number) => string[], isRejected = () => false) {
  let now = Date.parse('2026-11-20T08:00:00Z');
  const memory = memoryCache(() => now);
  const deduper = new Deduper();
  return {
    now: () => now,
    pass: (milliseconds: number) => void (now += milliseconds),
    /** @param wanted what the names of wanted events start with */
    async poll(wanted = '', polled = 'one list'): Promise<string[]> {
      const events = list(now - day).map((id) => ({ id, data: { id } }));
      const isWanted = ({ id }: { id?: unknown }) => String(id).startsWith(wanted);
      const meta = { zap: { id: 1 }, isPopulatingDedupe: deduper.isEmpty } as never;
      const chosen = await chooseEvents({ events, isWanted, trigger: 'jobRunFinished', list: polled }, memory, {
        meta,
        inputData: { wanted, polled },
      });
      if (isRejected()) return [];
      if (!deduper.isEmpty) expect(chosen.length).toBeLessThanOrEqual(100);
      return deduper
        .takeNew(
          chosen.map(({ id }) => ({ id })),
          [],
        )
        .map(({ id }) => id);
    },
  };
}

describe('A series of polls on Zapier', () => {
  it.each([1, 2, 3, 4])('emits every run once and none from before it was turned on (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const hasEnds = seed % 2 === 0;
    const runs: { id: string; end: number; order: number }[] = [];
    const subject = zap((since) =>
      runs
        .filter(({ end }) => !hasEnds || end >= since)
        .toSorted((a, b) => (hasEnds ? b.end - a.end : a.order - b.order))
        .map(({ id }) => id),
    );
    const finish = (count: number): string[] =>
      Array.from({ length: count }, () => {
        const id = `run-${runs.length}`;
        // Ends are up to two hours old when a list shows them, and may be equal.
        runs.push({ id, end: subject.now() - Math.floor(random() * 8) * 15 * minute, order: random() });
        return id;
      });
    finish(Math.floor(random() * 500));
    expect(await subject.poll()).toEqual([]);
    const expected: string[] = [];
    const emitted: string[] = [];
    for (let count = 0; count < 120; count += 1) {
      subject.pass(15 * minute);
      expected.push(...finish(random() < 0.05 ? Math.floor(random() * 400) : Math.floor(random() * 3)));
      emitted.push(...(await subject.poll()));
    }
    for (let count = 0; count < 40; count += 1) {
      subject.pass(15 * minute);
      emitted.push(...(await subject.poll()));
    }
    expect(emitted.length).toBeGreaterThan(300);
    expect(emitted.toSorted()).toEqual(expected.toSorted());
  });

  it.each([1, 2, 3])('emits every run once although a quarter of the answers are rejected (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const runs: { id: string; end: number }[] = [];
    let isRejecting = false;
    const subject = zap(
      (since) => runs.filter(({ end }) => end >= since).map(({ id }) => id),
      () => isRejecting && random() < 0.25,
    );
    const finish = (count: number): string[] =>
      Array.from({ length: count }, () => {
        const id = `run-${runs.length}`;
        runs.unshift({ id, end: subject.now() });
        return id;
      });
    finish(Math.floor(random() * 300));
    await subject.poll();
    isRejecting = true;
    const expected: string[] = [];
    const emitted: string[] = [];
    for (let count = 0; count < 150; count += 1) {
      subject.pass(15 * minute);
      expected.push(...finish(random() < 0.04 ? 100 + Math.floor(random() * 200) : Math.floor(random() * 3)));
      emitted.push(...(await subject.poll()));
    }
    isRejecting = false;
    for (let count = 0; count < 60; count += 1) {
      subject.pass(15 * minute);
      emitted.push(...(await subject.poll()));
    }
    expect(emitted.length).toBeGreaterThan(300);
    expect(emitted.toSorted()).toEqual(expected.toSorted());
  });

  it('answers an answer that was rejected again, before what has been returned more often', async () => {
    let runs = ['old'];
    let isRejecting = false;
    const subject = zap(
      () => runs,
      () => isRejecting,
    );
    await subject.poll();
    for (let burst = 0; burst < 5; burst += 1) {
      const added = Array.from({ length: 100 }, (_, index) => `${burst}-${index}`);
      runs = [...added, ...runs];
      isRejecting = true;
      expect(await subject.poll()).toEqual([]);
      isRejecting = false;
      expect(await subject.poll()).toEqual(added);
      expect(await subject.poll()).toEqual([]);
    }
  });

  it('emits no old run when the wanted outcome changes, and loses none that finishes then', async () => {
    let runs = Array.from({ length: 300 }, (_, index) => `failed-${index}`);
    const subject = zap(() => runs.toReversed());
    expect(await subject.poll('succeeded')).toEqual([]);
    runs = [...runs, 'succeeded-1', 'failed-new'];
    expect(await subject.poll('succeeded')).toEqual(['succeeded-1']);
    runs = [...runs, 'failed-newer'];
    expect(await subject.poll('failed')).toEqual(['failed-newer']);
    expect(await subject.poll('')).toEqual([]);
  });

  it('emits nothing that existed when another list is polled, and every run that finishes later', async () => {
    let runs = ['a-1', 'a-2'];
    const subject = zap(() => runs.toReversed());
    expect(await subject.poll()).toEqual([]);
    runs = Array.from({ length: 300 }, (_, index) => `b-${index}`);
    expect(await subject.poll('', 'another list')).toEqual([]);
    runs = [...runs, 'b-new'];
    expect(await subject.poll('', 'another list')).toEqual(['b-new']);
    expect(await subject.poll('', 'another list')).toEqual([]);
  });

  it.each([0, 500])('emits no old run when a list is shorter for a while, down to %i runs', async (rest) => {
    const old = Array.from({ length: 3_000 }, (_, index) => `old-${index}`);
    let runs = old;
    const subject = zap(() => runs);
    expect(await subject.poll()).toEqual([]);
    runs = old.slice(0, rest);
    expect(await subject.poll()).toEqual([]);
    runs = ['new-1', ...old.slice(0, rest)];
    expect(await subject.poll()).toEqual(['new-1']);
    runs = ['new-2', 'new-1', ...old];
    expect(await subject.poll()).toEqual(['new-2']);
    expect(await subject.poll()).toEqual([]);
  });

  it('emits no run of another outcome that was not listed for a while, when that outcome becomes wanted', async () => {
    let runs = ['succeeded-1'];
    const subject = zap(() => runs);
    expect(await subject.poll('failed')).toEqual([]);
    runs = [];
    expect(await subject.poll('failed')).toEqual([]);
    runs = ['succeeded-2', 'succeeded-1'];
    expect(await subject.poll('succeeded')).toEqual(['succeeded-2']);
  });

  it('emits every run once although a list shows runs several times', async () => {
    const added = Array.from({ length: 150 }, (_, index) => `new-${index}`);
    let runs = ['old'];
    const subject = zap(() => runs.flatMap((id) => [id, id, id]));
    expect(await subject.poll()).toEqual([]);
    runs = [...added, 'old'];
    expect(await subject.poll()).toEqual(added.slice(0, 100));
    expect(await subject.poll()).toEqual(added.slice(100));
    expect(await subject.poll()).toEqual([]);
  });

  it('starts anew from what is newest if the memory cannot be read, as that of an earlier version', async () => {
    const memory = memoryCache(() => 0);
    const lost = { get: async () => ['a hash of an earlier version'], set: memory.set };
    const events = Array.from({ length: 300 }, (_, index) => ({ id: `run-${index}`, data: {} }));
    const polled = { events, isWanted: () => true, trigger: 'jobRunFinished', list: 'one list' };
    const bundle = { meta: { zap: { id: 1 } } as never, inputData: {} };
    expect(await chooseEvents(polled, lost, bundle)).toEqual(events.slice(0, 100));
    const next = { ...polled, events: [{ id: 'new', data: {} }, ...events] };
    const ids = (await chooseEvents(next, memory, bundle)).map(({ id }) => id);
    expect([ids[0], ids.includes('run-100')]).toEqual(['new', false]);
  });

  it('finds all runs of a wanted outcome although more than 5,000 others finish', async () => {
    let runs = Array.from({ length: 5_000 }, (_, index) => `succeeded-${index}`);
    const subject = zap(() => runs.toReversed());
    expect(await subject.poll('failed')).toEqual([]);
    runs = [...runs, 'succeeded-new', 'failed-1'];
    expect(await subject.poll('failed')).toEqual(['failed-1']);
    expect(await subject.poll('failed')).toEqual([]);
    runs = [...runs.slice(100), 'failed-2'];
    expect(await subject.poll('failed')).toEqual(['failed-2']);
    expect(await subject.poll('succeeded')).toEqual([]);
  });

  it('is refused while it finds more runs than it can remember, and then goes on without old or repeated ones', async () => {
    let runs = Array.from({ length: 5_000 }, (_, index) => `run-${index}`);
    const subject = zap(() => runs.toReversed());
    expect(await subject.poll()).toEqual([]);
    runs = [...runs, 'new-1'];
    for (let count = 0; count < 3; count += 1)
      await expect(subject.poll()).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('5001 finished runs'),
      });
    runs = runs.slice(1);
    expect(await subject.poll()).toEqual(['new-1']);
    expect(await subject.poll()).toEqual([]);
  });
});
