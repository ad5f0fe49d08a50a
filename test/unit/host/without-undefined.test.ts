import { withoutUndefined } from '../../../shared/src/host/without-undefined.ts';

describe('withoutUndefined', () => {
  it('drops undefined properties and keeps null, false, 0 and empty strings', () => {
    const given = { a: undefined, b: null, c: false, d: 0, e: '' };
    const copied = withoutUndefined(given);
    expect(Object.keys(copied)).toEqual(['b', 'c', 'd', 'e']);
    expect(copied).toEqual({ b: null, c: false, d: 0, e: '' });
  });

  it('makes properties that may be undefined optional', () => {
    const table: string | undefined = ['claims'][0];
    const options: { table?: string; rows: number } = withoutUndefined({ table, rows: 1 });
    expect(options).toEqual({ table: 'claims', rows: 1 });
  });
});
