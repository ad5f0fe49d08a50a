import { readAllPages, readPages, type Page } from '../../../shared/src/http/read-pages.ts';

/** A list in pages by their tokens; counts how often it is asked. */
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
  it('reads a list to its end', async () => {
    const { read, asked } = list({
      first: { entries: [1, 2], next: 'b' },
      b: { entries: [], next: 'c' },
      c: { entries: [3] },
    });
    expect(await readAllPages('Vendor', read)).toEqual([1, 2, 3]);
    expect(asked).toEqual(['first', 'b', 'c']);
  });

  it('takes an empty token as the end', async () => {
    expect(await readAllPages('Vendor', list({ first: { entries: [1], next: '' } }).read)).toEqual([1]);
  });

  it('stops as soon as enough entries are there', async () => {
    const { read, asked } = list({ first: { entries: [1, 2], next: 'b' } });
    expect(await readAllPages('Vendor', read, { enough: 2 })).toEqual([1, 2]);
    expect(asked).toHaveLength(1);
  });

  it('stops when whoever reads it has seen enough', async () => {
    const { read, asked } = list({ first: { entries: [1], next: 'b' }, b: { entries: [2], next: 'c' } });
    for await (const [entry] of readPages('Vendor', read)) if (entry === 1) break;
    expect(asked).toEqual(['first']);
  });

  it.each<[string, (next: string | undefined, count: number) => Page<number>, number]>([
    ['names the same token again', () => ({ entries: [], next: 'again' }), 2],
    ['leads in a circle', (_next, count) => ({ entries: [count], next: count % 2 === 0 ? 'a' : 'b' }), 3],
    ['sends the same page under new tokens', (_next, count) => ({ entries: [7], next: `t${count}` }), 2],
    ['sends empty pages under new tokens without end', (_next, count) => ({ entries: [], next: `t${count}` }), 21],
    ['never ends', (_next, count) => ({ entries: [count], next: `t${count}` }), 1000],
  ])('refuses a list that %s', async (_what, answer, most) => {
    let count = 0;
    const reading = readAllPages('Vendor', async (next) => answer(next, (count += 1)));
    await expect(reading).rejects.toMatchObject({ code: 'unexpected-answer', service: 'Vendor' });
    expect(count).toBeLessThanOrEqual(most);
  });
});
