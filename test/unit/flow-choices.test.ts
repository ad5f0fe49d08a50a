import { readChoices } from '../e2e/flows/choices.ts';
import { table } from '../e2e/flows/table.ts';

describe('what npm start can be told', () => {
  it('runs on both platforms and ends by itself when nothing is chosen', () => {
    expect(readChoices([])).toEqual({ open: false, pictures: false });
  });

  it('takes one platform', () => {
    expect(readChoices(['--only', 'zapier'])).toMatchObject({ only: 'zapier' });
    expect(readChoices(['--only', 'n8n', '--open', '--pictures'])).toEqual({ only: 'n8n', open: true, pictures: true });
  });

  it.each([
    [['--only', 'n8m'], /there is n8n and zapier/],
    [['--picture'], /--picture/],
    [['--only', 'zapier', '--open'], /need n8n/],
  ])('refuses %j and says what there is', (args, reason) => {
    expect(() => readChoices(args)).toThrow(reason);
    expect(() => readChoices(args)).toThrow(/--only n8n\|zapier/);
  });
});

describe('the table of the flows', () => {
  const line = {
    flow: '000',
    platform: 'n8n',
    steps: ['Dataset Updated', 'Load Dataset'],
    result: 'ok',
    rows: '5000',
    seconds: '7.0',
  };

  it('names the steps, and says so when none ran', () => {
    expect(table([line, { ...line, steps: [] }])).toMatch(/Dataset Updated → Load Dataset  ok[^]*\(none\)/);
  });

  it('counts the steps where their names do not fit in', () => {
    const narrow = table([line], 60);
    expect(narrow).toMatch(/000 +n8n +2 +ok +5000 +7\.0/);
    expect(Math.max(...narrow.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(60);
  });
});
