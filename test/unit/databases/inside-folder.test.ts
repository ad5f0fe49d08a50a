import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insideFolder } from '../../../shared/src/databases/inside-folder.ts';

describe('A path inside the folder', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'pipewright-inside-')));
  const allowed = join(base, 'allowed');
  const linked = join(base, 'linked');

  beforeAll(() => {
    mkdirSync(join(allowed, 'sub'), { recursive: true });
    mkdirSync(join(base, 'allowed-not'));
    writeFileSync(join(base, 'secret.db'), '');
    symlinkSync(join(base, 'secret.db'), join(allowed, 'link-to-file.db'));
    symlinkSync(base, join(allowed, 'link-to-folder'));
    symlinkSync(join(allowed, 'sub'), join(allowed, 'link-inside'));
    symlinkSync(allowed, linked);
    symlinkSync(join(base, 'missing.db'), join(allowed, 'link-to-nothing.db'));
    symlinkSync(join(base, 'nowhere', 'missing.db'), join(allowed, 'link-to-no-folder.db'));
    symlinkSync('link-to-itself.db', join(allowed, 'link-to-itself.db'));
    symlinkSync('link-to-nothing.db', join(allowed, 'link-to-link.db'));
    symlinkSync(join(base, 'nowhere'), join(allowed, 'link-to-no-folder'));
    linkSync(join(base, 'secret.db'), join(allowed, 'hard-link.db'));
    for (const companion of ['-journal', '-wal', '-shm'])
      symlinkSync(join(base, `elsewhere${companion}`), join(allowed, `claims${companion}.db${companion}`));
  });
  afterAll(() => rmSync(base, { recursive: true }));

  it.each([
    ['claims.db', 'claims.db'],
    ['sub/claims.db', 'sub/claims.db'],
    ['sub/../claims.db', 'claims.db'],
    ['link-inside/claims.db', 'sub/claims.db'],
    ['..claims.db', '..claims.db'],
    [join(allowed, 'claims.db'), 'claims.db'],
  ])('can be %s', async (path, found) => {
    expect(await insideFolder(allowed, path)).toBe(join(allowed, found));
  });

  it('can be reached through a folder that is a link', async () => {
    expect(await insideFolder(linked, 'claims.db')).toBe(join(allowed, 'claims.db'));
    expect(await insideFolder(linked, join(linked, 'claims.db'))).toBe(join(allowed, 'claims.db'));
  });

  it.each([
    '../secret.db',
    '../nowhere/secret.db',
    'sub/../../secret.db',
    '/etc/passwd',
    'link-to-file.db',
    'link-to-folder/secret.db',
    '../allowed-not/x.db',
    '.',
    '',
    'claims.db\0.txt',
    join(base, 'secret.db'),
    'link-to-nothing.db',
    'link-to-no-folder.db',
    'link-to-itself.db',
    'link-to-link.db',
    'hard-link.db',
    'sub',
    'claims-journal.db',
    'claims-wal.db',
    'claims-shm.db',
  ])('cannot be %j', async (path) => {
    await expect(insideFolder(allowed, path)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('requires an existing folder', async () => {
    await expect(insideFolder(join(base, 'none'), 'x.db')).rejects.toMatchObject({ code: 'not-found' });
    await expect(insideFolder(allowed, 'none/x.db')).rejects.toMatchObject({ code: 'not-found' });
    await expect(insideFolder(allowed, 'link-to-no-folder/x.db')).rejects.toMatchObject({ code: 'not-found' });
  });
});
