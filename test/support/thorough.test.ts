import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './machine/command.ts';
import { node24, projectRoot } from './machine/paths.ts';

it('every test that takes a sample in npm test is run in full by npm run test:load', async () => {
  const jest = join(projectRoot, 'node_modules', 'jest', 'bin', 'jest.js');
  const printed = await runCommand(node24(), [jest, '--listTests', '--selectProjects', 'thorough'], {
    cwd: projectRoot,
  });
  const inFull = new Set(printed.split('\n').filter((path) => path.startsWith(projectRoot)));
  const sampled = globSync('test/**/*.test.ts', { cwd: projectRoot })
    .map((path) => join(projectRoot, path))
    .filter((path) => /from '[^']*\/thorough\.ts'/.test(readFileSync(path, 'utf8')));
  expect(sampled.length).toBeGreaterThan(10);
  expect(sampled.filter((path) => !inFull.has(path))).toEqual([]);
});
