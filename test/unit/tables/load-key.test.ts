import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqlTable } from '../../../shared/src/catalog/sql-table.ts';
import { fakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-load-key-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = { name: 'claims.csv', mediaType: 'text/csv', text: 'id\n1\n2\n' };

/** Loads two rows in an execution that an event started. */
const load = (eventKey: string | undefined, typed: Record<string, unknown>) =>
  operate(
    sqlTable,
    'loadDataset',
    { file, ...typed },
    fakeHost({ lastingFolder: folder, ...(eventKey === undefined ? {} : { eventKey }) }),
    { engine: 'sqlite', file: 'claims.db' },
  );

it('Load Dataset appends once per event of the trigger', async () => {
  const append = { table: 'appended', mode: 'append' };
  expect(await load('event-1', append)).toMatchObject({ rows: 2, loadId: 'event-1' });
  expect(await load('event-1', append)).toMatchObject({ repeated: true });
  expect(await load('event-2', append)).not.toHaveProperty('repeated');
});

it('Load Dataset appends in each execution if the user chose so, and where no event is known', async () => {
  const append = { table: 'always', mode: 'append', appendOncePer: 'execution' };
  await load('event-1', append);
  expect(await load('event-1', append)).not.toHaveProperty('repeated');
  expect(await load(undefined, { table: 'always', mode: 'append' })).not.toHaveProperty('loadId');
});

it('Load Dataset prefers the Load Key of the user', async () => {
  const typed = { table: 'keyed', mode: 'append', loadKey: 'mine' };
  expect(await load('event-1', typed)).toMatchObject({ loadId: 'mine' });
  expect(await load('event-2', typed)).toMatchObject({ repeated: true });
});

it('Load Dataset needs no record of the event in modes that a repeat does not change', async () => {
  const replace = { table: 'replaced', mode: 'replace' };
  await load('event-1', replace);
  expect(await load('event-1', replace)).toMatchObject({ rows: 2 });
  expect(await load('event-1', replace)).not.toHaveProperty('loadId');
});
