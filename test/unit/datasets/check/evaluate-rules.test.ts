import { evaluateRules, type CheckResult } from '../../../../shared/src/datasets/check/evaluate-rules.ts';
import type { RuleRow } from '../../../../shared/src/datasets/check/rule-row.ts';
import { parseRule } from '../../../../shared/src/datasets/check/rules.ts';
import { inPieces } from '../../../databases/load-csv.ts';

const now = Date.parse('2026-11-20T12:00:00Z');
const check = (csv: string, rules: (string | RuleRow)[], more: object = {}): Promise<CheckResult> =>
  evaluateRules(inPieces(csv), { rules, now, ...more });
const claims = [
  'Claim Number,status,paid,begin,end,updated',
  'C-1,open,10.50,2026-01-01,2026-12-31,2026-11-20 11:30:00',
  'C-2,closed,-5,2026-02-01,2026-01-31,2026-11-19T08:00:00Z',
  'C-2,lost,many,2026-03-01,,',
  ',,,2026-04-01,2026-05-01,2026-11-18',
  '',
].join('\n');
const of = async (rule: string, csv = claims): Promise<{ passed: boolean; failures: number; message: string }> =>
  (await check(csv, [rule])).results[0] as never;

describe('A rule as a row', () => {
  it.each<[RuleRow, string]>([
    [{ rule: 'notEmpty', column: 'status' }, 'status is not empty'],
    [{ rule: 'unique', column: 'Claim Number, status' }, 'Claim Number, status is unique'],
    [{ rule: 'exists', column: 'premium' }, 'premium exists'],
    [{ rule: 'integer', column: 'paid' }, 'paid is an integer'],
    [{ rule: 'number', column: 'paid' }, 'paid is a number'],
    [{ rule: 'date', column: 'begin' }, 'begin is a date'],
    [{ rule: 'timestamp', column: 'updated' }, 'updated is a timestamp'],
    [{ rule: 'boolean', column: 'status' }, 'status is a boolean'],
    [{ rule: 'equals', column: 'status', value: 'open' }, 'status = open'],
    [{ rule: 'notEquals', column: 'status', value: 'burnt' }, 'status != burnt'],
    [{ rule: 'atLeast', column: 'paid', value: '-5' }, 'paid >= -5'],
    [{ rule: 'atMost', column: 'begin', value: '2026-04-01' }, 'begin <= 2026-04-01'],
    [{ rule: 'greaterThan', column: 'begin', value: '2026-01-01' }, 'begin > 2026-01-01'],
    [{ rule: 'lessThan', column: 'begin', value: '2026-01-01' }, 'begin < 2026-01-01'],
    [
      { rule: 'between', column: 'begin', value: '2026-01-01 and 2026-04-01' },
      'begin is between 2026-01-01 and 2026-04-01',
    ],
    [{ rule: 'oneOf', column: 'status', value: 'open, closed' }, 'status is in open, closed'],
    [{ rule: 'matches', column: 'Claim Number', value: '^C-\\d+$' }, 'Claim Number matches ^C-\\d+$'],
    [{ rule: 'within', column: 'updated', value: '1 hour' }, 'updated is within 1 hour'],
    [{ rule: 'before', column: 'begin', value: 'end' }, 'begin is before end'],
    [{ rule: 'after', column: 'begin', value: 'end' }, 'begin is after end'],
    [{ rule: 'notBefore', column: 'begin', value: 'end' }, 'begin is not before end'],
    [{ rule: 'notAfter', column: 'begin', value: 'updated' }, 'begin is not after updated'],
    [{ rule: 'rowsAtLeast', value: '5' }, 'rows >= 5'],
    [{ rule: 'rowsAtMost', value: '4' }, 'rows <= 4'],
    [{ rule: 'rowsBetween', value: '1 and 3' }, 'rows between 1 and 3'],
    [{ rule: 'text', value: 'begin to end overlaps begin to end' }, 'begin to end overlaps begin to end'],
  ])('%j has the result of “%s”', async (row, line) => {
    const [asRow, asLine] = [await check(claims, [row]), await check(claims, [line])];
    expect(asRow).toEqual(asLine);
    expect(asRow.results[0]?.rule).toBe(line);
  });

  it('takes the name of a column exactly, whatever words it contains', async () => {
    const csv = 'a is in b,x exists,"a, b"\n1,2,3\n1,2,3\n';
    expect((await check(csv, [{ rule: 'unique', column: 'a is in b' }])).results[0]).toMatchObject({ failures: 1 });
    expect((await check(csv, [{ rule: 'equals', column: 'x exists', value: '2' }])).passed).toBe(true);
    expect((await check(csv, [{ rule: 'number', column: 'a, b' }])).passed).toBe(true);
  });

  it('accepts several other rules in one row', async () => {
    const { results } = await check(claims, [{ rule: 'text', value: 'rows >= 1\n\nstatus exists\n' }]);
    expect(results.map(({ rule }) => rule)).toEqual(['rows >= 1', 'status exists']);
  });

  it.each<[RuleRow, string, string]>([
    [
      { rule: 'between', column: 'paid', value: '5' },
      '“5” is not a valid value of the rule “Is Between”.',
      '0 and 1000',
    ],
    [{ rule: 'within', column: 'updated' }, '“” is not a valid value of the rule “Is Within”.', '24 hours'],
    [
      { rule: 'oneOf', column: 'status', value: '' },
      '“” is not a valid value of the rule “Is One Of”.',
      'open, closed',
    ],
    [{ rule: 'atLeast', column: 'paid', value: 'many' }, '“many” is not a valid value', 'such as: 0'],
    [{ rule: 'unique' }, 'The rule “Is Unique” has no column.', 'Enter a column'],
    [{ column: 'paid' }, 'A rule is incomplete.', 'Select a rule'],
    [{ rule: 'text' }, 'The rule “Other Rule” has no value.', 'overlaps'],
  ])('%j is refused: %s', async (row, message, hint) => {
    await expect(check(claims, [row])).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });
});

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
  ])('“%s” evaluates to %s', async (rule, passed) => {
    expect(await of(rule)).toMatchObject({ passed });
  });

  it('reports the line of the first failing row, the value found, and the number of failing rows', async () => {
    expect(await of('Claim Number is unique')).toEqual({
      rule: 'Claim Number is unique',
      passed: false,
      failures: 1,
      message: 'Line 4: “C-2” is also in an earlier row.',
    });
    expect(await of('paid >= 0')).toEqual({
      rule: 'paid >= 0',
      passed: false,
      failures: 2,
      message: 'Line 3: found “-5”.',
    });
    expect((await of('premium exists')).message).toBe('The dataset has no column “premium”.');
    expect((await of('updated is within 20 minutes')).message).toBe('The newest value is 0.5 hours old.');
    expect((await of('rows > 4')).message).toBe('The dataset has 4 rows.');
  });

  it.each([
    '',
    'nonsense',
    'paid',
    'rows like 3',
    'status > open',
    'paid is between few and many',
    'updated is within some hours',
  ])('“%s” is rejected as invalid', (line) => {
    expect(() => parseRule(line)).toThrow('is not a valid rule');
  });
});

describe('A rule on numbers, dates and timestamps', () => {
  const dates = 'b,e,n,s\n03/12/2026,01/01/2026,x,2026-01-01\n';

  it.each([
    ['b is not after e', dates, '“03/12/2026”, which is not a number, date or timestamp'],
    ['b is before e', dates, 'which is not a number, date or timestamp'],
    ['b to e does not overlap e to b', dates, 'which is not a number, date or timestamp'],
    ['b to e overlaps e to b', dates, 'which is not a number, date or timestamp'],
    ['n != 0', dates, '“x”, which is not a number, date or timestamp'],
    ['n is between 0 and 5', dates, 'which is not a number, date or timestamp'],
    ['s != 5', dates, 'a number cannot be compared with a date'],
    ['s >= 5', dates, 'a number cannot be compared with a date'],
    ['a is before b', 'a,b\n5,2026-01-01\n', 'a number cannot be compared with a date'],
    ['b is not after missing', 'b,missing\n03/12/2026,\n', '“03/12/2026”, which is not'],
    ['u is within 24 hours', 'u\n2026-11-20 11:00:00\n20261120\n', '“20261120”, which is not a date or timestamp'],
  ])('“%s” fails if a value cannot be interpreted, and explains why', async (rule, csv, message) => {
    expect(await of(rule, csv)).toMatchObject({
      passed: false,
      failures: 1,
      message: expect.stringContaining(message),
    });
  });

  it.each(['Z', ' UTC', '+00', '+0000', '+00:00', '-01', '+14:00'])(
    'accepts timestamps with the offset “%s”',
    async (offset) => {
      const value = `2026-11-20 ${offset === '-01' ? '10' : '11'}:30:00${offset}`;
      expect(await of('u is a timestamp', `u,v\n${value},5\n`)).toMatchObject({ passed: true });
      if (!offset.startsWith('+14'))
        expect(await of('u is within 1 hour', `u,v\n${value},5\n`)).toMatchObject({ passed: true });
    },
  );
});

describe('A rule about a type', () => {
  it.each([
    ['an integer', ['5', '+5', '-0', '1.0'], ['007', '1.5', '1e3', '1,000']],
    ['a number', ['.5', '5.', '1.50', '12345678901234567890.1'], ['01067', '1e3', '$5', 'NaN', ' 1']],
    ['a boolean', ['true', 'F', 'yes', '0'], ['on', 'maybe', '2']],
  ])('accepts as %s exactly what a load accepts', async (type, taken, refused) => {
    for (const value of taken) expect(await of(`v is ${type}`, `v\n${value}\n`)).toMatchObject({ passed: true });
    for (const value of refused) expect(await of(`v is ${type}`, `v\n"${value}"\n`)).toMatchObject({ passed: false });
  });
});

describe('A comparison', () => {
  it.each([
    ['id < 1', 'id\n.5\n', true],
    ['id = 5', 'id\n5.\n', true],
    ['id = 9007199254740992', 'id\n9007199254740993\n', false],
    ['id = 9007199254740993', 'id\n9007199254740993\n', true],
    ['id > 9007199254740992', 'id\n9007199254740993\n', true],
    ['id != 0.1', 'id\n0.10000000000000000001\n', true],
    ['id = 1.5', 'id\n+001.500\n', true],
    ['id < -1', 'id\n-1.0000000000000000000001\n', true],
    ['id = 0', 'id\n-0.00\n', true],
    ['a is before b', 'a,b\n2026-01-01 00:00:00.000001,2026-01-01 00:00:00.000002\n', true],
    ['a is not after b', 'a,b\n2026-01-01T01:00:00+01:00,2026-01-01T00:00:00Z\n', true],
    ['a is before b', 'a,b\n12345678901234567890,12345678901234567891\n', true],
    ['code = 007', 'code\n7\n', false],
    ['code != 007', 'code\n7\n', true],
  ])('“%s” is exact', async (rule, csv, passed) => {
    expect(await of(rule, csv)).toMatchObject({ passed });
  });

  it.each([
    ['id\n1.0\n1\n', false],
    ['id\n1.0\n1\nx\n', true],
    ['id\n01\n1\n', true],
    ['id\n2026-01-01T00:00:00Z\n2026-01-01T01:00:00+01:00\n', false],
    ['id\ntrue\nTRUE\n', false],
    ['id\ntrue\nTRUE\nmaybe\n', true],
  ])('treats equal values of typed columns as equal, however they are written: %j', async (csv, passed) => {
    expect(await of('id is unique', csv)).toMatchObject({ passed });
  });

  it('ignores NULL, and empty strings in number and date columns', async () => {
    expect(await of('a >= 0', 'a,b\n,x\n"",y\n5,z\n')).toMatchObject({ passed: true });
    expect(await of('a is not empty', 'a,b\n"",y\n')).toMatchObject({ passed: false });
  });

  it('matches column names case-insensitively, unless they differ only in case', async () => {
    expect(await of('PAID >= 0', 'paid\n-1\n')).toMatchObject({ passed: false, failures: 1 });
  });
});

describe('A regular expression', () => {
  it.each(['^(a+)+$', '^(a|a)*$', '^(.*a){12}$', '(x+x+)+y'])('cannot block a check: %s', async (pattern) => {
    const csv = `e\n${'a'.repeat(20_000)}!\n${'x'.repeat(20_000)}\n`;
    expect(await of(`e matches ${pattern}`, csv)).toMatchObject({ passed: false });
  });

  it('is matched against the whole value', async () => {
    expect(await of('e matches z$', `e\n${'a'.repeat(20_000)}z\n`)).toMatchObject({ passed: true });
  });

  it.each([
    ['^\\d{4}-\\d{2}$', '2026-01'],
    ['^\\u00e9t\\w+$', 'été'.slice(0, 2) + 'e'],
    ['^\\p{L}+$', 'Zürich'],
    ['^(?<year>\\d+)/', '2026/1'],
  ])('supports JavaScript syntax: %s', async (pattern, value) => {
    expect(await of(`e matches ${pattern}`, `e\n${value}\n`)).toMatchObject({ passed: true });
  });

  it.each([
    ['e matches ^(?=.*x)', 'lookahead and lookbehind are not supported'],
    ['e matches (a)\\1', 'backreferences are not supported'],
    ['e matches ([', 'missing closing ]'],
    ['e matches (a{1000}){1000}', 'repe'],
  ])('is rejected with the reason if it is invalid or unsupported: %s', (rule, reason) => {
    expect(() => parseRule(rule)).toThrow(
      expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining(reason) }),
    );
  });
});

describe('A dataset', () => {
  it('passes when every rule passes', async () => {
    expect(await check('id\n1\n2\n', ['rows >= 1', 'id is unique', 'id is an integer'])).toMatchObject({
      passed: true,
      rows: 2,
      failingRows: '',
    });
  });

  it('returns the failing rows, each preceded by the rule', async () => {
    const { passed, failingRows } = await check('id,name\n1,"a ""b"", c"\nx,\n', [
      'id is an integer',
      'name is not empty',
    ]);
    expect(passed).toBe(false);
    expect(failingRows).toBe('_rule,_line,id,name\nid is an integer,3,x,\nname is not empty,3,x,\n');
  });

  it('fails when rows have a different number of values than the header', async () => {
    const { passed, results } = await check('a,b\n1,2\n3\n', ['rows >= 1']);
    expect(passed).toBe(false);
    expect(results[0]).toEqual({
      rule: 'every row can be read',
      passed: false,
      failures: 1,
      message: 'Line 3 has 1 value instead of 2.',
    });
  });

  it('can be empty, in another format, or large', async () => {
    expect(await check('id\n', ['id is unique', 'rows >= 1'])).toMatchObject({ passed: false, rows: 0 });
    await expect(check('', ['rows >= 1'])).rejects.toMatchObject({ code: 'empty-dataset' });
    expect(await check('{"id":1}\n{"id":2}\n', ['id is unique'], { format: 'json-lines' })).toMatchObject({
      passed: true,
      rows: 2,
    });
    const many = `id,group\n${Array.from({ length: 200_000 }, (_, index) => `${index},${index % 7}`).join('\n')}\n`;
    const result = await check(many, ['id is unique', 'group is unique', 'rows = 200000']);
    expect(result.results.map(({ failures }) => failures)).toEqual([0, 199_993, 0]);
    expect(result.failingRows.split('\n')).toHaveLength(1_002);
  });
});

describe('A list in a rule', () => {
  it.each([
    ['"Smith, John", open', true],
    ['"Smith, John" , "open"', true],
    ['open,"Smith, John"', true],
    ['Smith, John, open', false],
    ['"open"', false],
  ])('has words in quotation marks, which can contain commas: %s', async (value, passed) => {
    const csv = 'name\nopen\n"Smith, John"\n';
    for (const rule of [`name is in ${value}`, { rule: 'oneOf', column: 'name', value } as const])
      expect((await check(csv, [rule])).results).toMatchObject([{ passed }]);
  });

  it('of columns can have them, too', async () => {
    const csv = '"a, b",c\n1,2\n1,3\n';
    for (const rule of ['"a, b", c is unique', { rule: 'unique', column: '"a, b", c' } as const])
      expect((await check(csv, [rule])).results).toMatchObject([{ passed: true }]);
    expect((await check(csv, ['"a, b" is unique'])).results).toMatchObject([{ passed: false }]);
  });
});
