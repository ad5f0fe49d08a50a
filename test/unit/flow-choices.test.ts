import { readChoices } from '../e2e/flows/choices.ts';
import { table } from '../e2e/flows/table.ts';

describe('readChoices', () => {
  it('selects both platforms and exits when done by default', () => {
    expect(readChoices([])).toEqual({ open: false, pictures: false });
  });

  it('selects one platform', () => {
    expect(readChoices(['--only', 'zapier'])).toMatchObject({ only: 'zapier' });
    expect(readChoices(['--only', 'n8n', '--open', '--pictures'])).toEqual({ only: 'n8n', open: true, pictures: true });
  });

  it.each([
    [['--only', 'n8m'], /must be n8n or zapier/],
    [['--picture'], /--picture/],
    [['--only', 'zapier', '--open'], /need n8n/],
  ])('rejects %j and lists the options', (args, reason) => {
    expect(() => readChoices(args)).toThrow(reason);
    expect(() => readChoices(args)).toThrow(/--only n8n\|zapier/);
  });
});

describe('table', () => {
  const line = {
    flow: '000',
    platform: 'n8n',
    steps: ['Dataset Updated', 'Load Dataset'],
    result: 'ok',
    rows: '5000',
    seconds: '7.0',
  };

  it('lists the steps, or “(none)” if none ran', () => {
    expect(table([line, { ...line, steps: [] }])).toMatch(/Dataset Updated → Load Dataset  ok[^]*\(none\)/);
  });

  it('shows the number of steps if their names do not fit', () => {
    const narrow = table([line], 60);
    expect(narrow).toMatch(/000 +n8n +2 +ok +5000 +7\.0/);
    expect(Math.max(...narrow.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(60);
  });
});
