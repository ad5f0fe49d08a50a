import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '..', 'shared', 'src', 'databases');

const concepts = [
  'capabilities',
  'dialect',
  'error',
  'error-table',
  'evolve',
  'load',
  'lock',
  'merge',
  'records',
  'rows',
  'rules',
  'session',
  'table',
  'target',
  'text',
  'types',
];

describe.each(['postgres', 'sqlite', 'mysql', 'sql-server'])('The folder of %s', (engine) => {
  const files = readdirSync(join(folder, engine));

  it('has the files of every engine, and a README', () => {
    const expected = [...concepts.map((concept) => `${engine}-${concept}.ts`), 'README.md'];
    expect(expected.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('names its files after the engine', () => {
    const others = files.filter((file) => !file.startsWith(`${engine}-`) && !/^README\.md$|\.d\.ts$/.test(file));
    expect(others).toEqual([]);
  });
});
