import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../shared/src/tables/sql-table/open-database.ts';
import { sqlConnection } from '../../../shared/src/tables/sql-table/connection.ts';
import { checkInput } from '../../../shared/src/define/check-input.ts';
import { nodeHost } from '../../../shared/src/host/node/node-host.ts';
import { openTarget } from '../../../shared/src/databases/open-target.ts';

describe('The folder for database files', () => {
  let base: string;
  let allowed: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'pipewright-folder-'));
    allowed = join(base, 'allowed');
    mkdirSync(allowed);
  });
  afterEach(() => rmSync(base, { recursive: true }));
  const open = (file: string) =>
    openDatabase(checkInput(sqlConnection.fields, { engine: 'sqlite', file }), nodeHost({ folder: allowed }));

  it('has every file that a connection creates', async () => {
    await (await open('new.db')).close();
    expect(readdirSync(allowed)).toEqual(['new.db']);
  });

  it.each(['missing.db', 'nowhere/missing.db'])(
    'cannot be left through a link to a missing file: %s',
    async (target) => {
      symlinkSync(join(base, target), join(allowed, 'link.db'));
      await expect(open('link.db')).rejects.toMatchObject({ code: 'forbidden' });
      expect(existsSync(join(base, target))).toBe(false);
    },
  );

  it('cannot be left through a link to a folder', async () => {
    symlinkSync(base, join(allowed, 'up'));
    await expect(open('up/missing.db')).rejects.toMatchObject({ code: 'forbidden' });
    expect(readdirSync(base)).toEqual(['allowed']);
  });
});

it.each([':memory:', 'file:x.db?mode=memory', ''])(
  'A SQLite database at “%s” is refused, because a load would be lost',
  async (path) => {
    await expect(openTarget(`sqlite:${path}`)).rejects.toMatchObject({ code: 'invalid-input' });
  },
);
