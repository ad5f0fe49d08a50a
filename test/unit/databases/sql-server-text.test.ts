import { asText } from '../../../shared/src/databases/sql-server/sql-server-text.ts';

it.each([
  ['varchar(8000)', 'max'],
  ['char(4001)', 'max'],
  ['varchar(max)', 'max'],
  ['ntext', 'max'],
  ['varchar(3999)', '4000'],
  ['nvarchar(200)', '4000'],
  ['decimal(38,10)', '4000'],
])('asText converts %s to nvarchar(%s), which truncates no value', (declaration, length) => {
  expect(asText(declaration, '[a]')).toBe(`CONVERT(nvarchar(${length}), [a])`);
});
