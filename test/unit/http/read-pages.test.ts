import { readAllPages, readPages, type Page } from '../../../shared/src/http/read-pages.ts';

/** A paged list by cursor; records the requested pages. */
function list(pages: Record<string, Page<number>>) {
  const asked: string[] = [];
  return {
    asked,
    read: async (next: string | undefined): Promise<Page<number>> => {
      asked.push(next ?? 'first');
      return pages[next ?? 'first'] as Page<number>;
    },
  };
}

describe('readPages', () => {
  it('reads all pages of a list', async () => {
    const { read, asked } = list({
      first: { entries: [1, 2], next: 'b' },
      b: { entries: [], next: 'c' },
      c: { entries: [3] },
    });
    expect(await readAllPages('Vendor', read)).toEqual([1, 2, 3]);
    expect(asked).toEqual(['first', 'b', 'c']);
  });

  it('stops at an empty cursor', async () => {
    expect(await readAllPages('Vendor', list({ first: { entries: [1], next: '' } }).read)).toEqual([1]);
  });

  it('stops after enough entries', async () => {
    const { read, asked } = list({ first: { entries: [1, 2], next: 'b' } });
    expect(await readAllPages('Vendor', read, { enough: 2 })).toEqual([1, 2]);
    expect(asked).toHaveLength(1);
  });

  it('stops when its reader stops', async () => {
    const { read, asked } = list({ first: { entries: [1], next: 'b' }, b: { entries: [2], next: 'c' } });
    for await (const [entry] of readPages('Vendor', read)) if (entry === 1) break;
    expect(asked).toEqual(['first']);
  });

  it.each<[string, (next: string | undefined, count: number) => Page<number>, number]>([
    ['repeats a cursor', () => ({ entries: [], next: 'again' }), 2],
    ['is circular', (_next, count) => ({ entries: [count], next: count % 2 === 0 ? 'a' : 'b' }), 3],
    ['repeats a page with new cursors', (_next, count) => ({ entries: [7], next: `t${count}` }), 2],
    ['has endless empty pages', (_next, count) => ({ entries: [], next: `t${count}` }), 21],
    ['never ends', (_next, count) => ({ entries: [count], next: `t${count}` }), 1000],
  ])('rejects a list that %s', async (_what, answer, maxReads) => {
    let count = 0;
    const reading = readAllPages('Vendor', async (next) => answer(next, (count += 1)));
    await expect(reading).rejects.toMatchObject({ code: 'unexpected-response', service: 'Vendor' });
    expect(count).toBeLessThanOrEqual(maxReads);
  });
});
