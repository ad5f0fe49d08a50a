import { read } from '@e965/xlsx';
import { startMariaDb } from '../../support/machine/mariadb.ts';
import { exportFile } from '../export-file.ts';
import { useMysql } from './use-mysql.ts';

const { address, ask } = useMysql(startMariaDb);

const textOf = async (query: string): Promise<string> => (await exportFile(address(), { query })).text;

it('An export writes binary values in hexadecimal, and dates that are zero as they are', async () => {
  await ask(
    'CREATE TABLE odd (bytes blob, fixed binary(3), day date, at datetime(3), latin varchar(10) CHARACTER SET latin1)',
  );
  await ask("SET SESSION sql_mode = ''");
  await ask(
    "INSERT INTO odd VALUES (0x00FF, 'a', '0000-00-00', '0000-00-00 00:00:00', 'Müller'), ('', NULL, NULL, NULL, '')",
  );
  expect((await exportFile(address(), { table: 'odd' })).text).toBe(
    'bytes,fixed,day,at,latin\r\n0x00FF,0x610000,0000-00-00,0000-00-00 00:00:00,Müller\r\n0x,,,,""\r\n',
  );
});

it('An Excel file has a date that does not exist as text', async () => {
  await ask('CREATE TABLE odd_days (day date, at datetime)');
  await ask("SET SESSION sql_mode = ''");
  await ask("INSERT INTO odd_days VALUES ('2026-05-00', '2026-00-00 10:00:00')");
  const { bytes } = await exportFile(address(), { table: 'odd_days' }, { format: 'excel' });
  const sheet = read(bytes).Sheets['Export'] ?? {};
  expect([sheet['A2'], sheet['B2']]).toMatchObject([
    { t: 's', v: '2026-05-00' },
    { t: 's', v: '2026-00-00 10:00:00' },
  ]);
});

it('A query with a parameter is refused with what to do', async () => {
  await expect(textOf('SELECT 1 AS one WHERE 1 = ?')).rejects.toMatchObject({
    code: 'invalid-input',
    hint: 'Nothing was exported. Enter the values themselves in the query.',
  });
});

it('An export refuses a geometry, and writes its text in a query', async () => {
  await ask('CREATE TABLE places (spot point); INSERT INTO places VALUES (ST_PointFromText("POINT(1 2)"))');
  await expect(exportFile(address(), { table: 'places' })).rejects.toMatchObject({
    code: 'invalid-input',
    message: 'The column “spot” has a geometry or vector, which has no exact text.',
  });
  expect(await textOf('SELECT ST_AsText(spot) AS spot FROM places')).toBe('spot\r\nPOINT(1 2)\r\n');
});

it('An export does not run a procedure, which could change data', async () => {
  await ask('CREATE TABLE called (id int)');
  await ask('CREATE PROCEDURE change_it() BEGIN COMMIT; INSERT INTO called VALUES (1); SELECT 1 AS one; END');
  await expect(textOf('CALL change_it()')).rejects.toMatchObject({ code: 'invalid-input' });
  expect(await ask('SELECT * FROM called')).toEqual([]);
});
