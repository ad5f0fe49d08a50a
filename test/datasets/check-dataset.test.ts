import { checkDataset, type CheckResult } from '../../shared/src/datasets/check/check-dataset.ts';
import { parseRule } from '../../shared/src/datasets/check/rules.ts';
import { inPieces } from './load-csv.ts';

const now = Date.parse('2026-11-20T12:00:00Z');
const check = (csv: string, rules: string[], more: object = {}): Promise<CheckResult> => checkDataset(inPieces(csv), { rules, now, ...more });
const claims = [
  'Claim Number,status,paid,begin,end,updated',
  'C-1,open,10.50,2026-01-01,2026-12-31,2026-11-20 11:30:00',
  'C-2,closed,-5,2026-02-01,2026-01-31,2026-11-19T08:00:00Z',
  'C-2,lost,many,2026-03-01,,',
  ',,,2026-04-01,2026-05-01,2026-11-18',
  '',
].join('\n');
const of = async (rule: string, csv = claims): Promise<{ passed: boolean; failures: number; message: string }> => (await check(csv, [rule])).results[0] as never;

describe('A rule', () => {
  it.each([
    ['rows >= 4', true],
    ['rows > 4', false],
    ['ROWS between 1 and 4', true],
    ['rows = 5', false],
    ['status exists', true],
    ['Claim Number exists', true],
    ['"Claim Number" exists', true],
    ['claim number exists', true],
    ['premium exists', false],
    ['begin is not empty', true],
    ['status is not empty', false],
    ['begin is unique', true],
    ['Claim Number is unique', false],
    ['Claim Number, status are unique', true],
    ['begin is a date', true],
    ['paid is a number', false],
    ['updated is a timestamp', false],
    ['status is in open, closed, lost', true],
    ['status is in open, closed', false],
    ['Claim Number matches ^C-\\d+$', true],
    ['Claim Number matches ^X', false],
    ['paid >= -5', false],
    ['begin >= 2026-01-01', true],
    ['begin > 2026-01-01', false],
    ['begin is between 2026-01-01 and 2026-04-01', true],
    ['status != burnt', true],
    ['begin is before end', false],
    ['begin is not after updated', true],
    ['begin to end overlaps begin to end', false],
    ['begin to begin does not overlap begin to updated', false],
    ['begin to begin overlaps begin to begin', true],
    ['updated is within 1 hour', true],
    ['updated is within 20 minutes', false],
    ['begin is within 30 days', false],
  ])('“%s” is met: %s', async (rule, passed) => {
    expect(await of(rule)).toMatchObject({ passed });
  });

  it('tells the first row that breaks it, with what stands there, and how many do', async () => {
    expect(await of('Claim Number is unique')).toEqual({ rule: 'Claim Number is unique', passed: false, failures: 1, message: 'Row 3: “C-2” stands in an earlier row too.' });
    expect(await of('paid >= 0')).toEqual({ rule: 'paid >= 0', passed: false, failures: 2, message: 'Row 2: there is “-5”.' });
    expect((await of('premium exists')).message).toBe('The dataset has no column “premium”.');
    expect((await of('updated is within 20 minutes')).message).toBe('The newest value is 0.5 hours old.');
    expect((await of('rows > 4')).message).toBe('The dataset has 4 rows.');
  });

  it.each(['', 'nonsense', 'paid', 'rows like 3', 'paid matches ([', 'status > open', 'paid is between few and many', 'updated is within some hours'])('“%s” is none, and what can be written is told', (line) => {
    expect(() => parseRule(line)).toThrow('is no rule');
  });
});

describe('A dataset', () => {
  it('passes when it meets every rule', async () => {
    expect(await check('id\n1\n2\n', ['rows >= 1', 'id is unique', 'id is an integer'])).toMatchObject({ passed: true, rows: 2, failingRows: '' });
  });

  it('gives back the rows that break a rule, with the rule before them', async () => {
    const { passed, failingRows } = await check('id,name\n1,"a ""b"", c"\nx,\n', ['id is an integer', 'name is not empty']);
    expect(passed).toBe(false);
    expect(failingRows).toBe('_rule,_row,id,name\nid is an integer,2,x,\nname is not empty,2,x,\n');
  });

  it('fails where its rows have not as many values as its header', async () => {
    const { passed, results } = await check('a,b\n1,2\n3\n', ['rows >= 1']);
    expect(passed).toBe(false);
    expect(results[0]).toEqual({ rule: 'every row has as many values as the header', passed: false, failures: 1, message: 'Line 3 has 1 value instead of 2.' });
  });

  it('may be empty, of another format, or large', async () => {
    expect(await check('id\n', ['id is unique', 'rows >= 1'])).toMatchObject({ passed: false, rows: 0 });
    await expect(check('', ['rows >= 1'])).rejects.toMatchObject({ code: 'empty-dataset' });
    expect(await check('{"id":1}\n{"id":2}\n', ['id is unique'], { format: 'json-lines' })).toMatchObject({ passed: true, rows: 2 });
    const many = `id,group\n${Array.from({ length: 200_000 }, (_, index) => `${index},${index % 7}`).join('\n')}\n`;
    const result = await check(many, ['id is unique', 'group is unique', 'rows = 200000']);
    expect(result.results.map(({ failures }) => failures)).toEqual([0, 199_993, 0]);
    expect(result.failingRows.split('\n')).toHaveLength(1_002);
  });
});
