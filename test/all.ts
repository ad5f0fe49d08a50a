import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checks } from './check.ts';
import { command, root, runSteps, type Step } from './check/step.ts';
import { findChromium } from './machine/chromium.ts';
import { installN8n } from './machine/n8n.ts';

/** Where jest counts its tests. */
const reports = { usual: join(root, 'test', 'output', 'jest.json'), load: join(root, 'test', 'output', 'jest-load.json') };

interface Counted {
  numPassedTests?: number;
  numFailedTests?: number;
}

const read = async (report: string): Promise<Counted> => JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as Counted;

const steps: Step[] = [
  {
    name: 'What the tests need beside the dependencies',
    async run() {
      await installN8n(console.log);
      await findChromium(console.log);
    },
  },
  ...checks,
  { name: 'Tests (jest)', run: () => command('jest', ['--ignoreProjects', 'load', '--maxWorkers=2', '--json', `--outputFile=${reports.usual}`]) },
  // One after the other and beside nothing else: they load the machine, and others would wait for them.
  { name: 'Tests under load (jest)', run: () => command('jest', ['--selectProjects', 'load', '--runInBand', '--json', `--outputFile=${reports.load}`]) },
  { name: 'The four flows on both platforms (npm start)', run: () => command('node', ['test/flows/main.ts']) },
];

/** `npm test`: everything that must pass. It ends with the numbers of what passed and what failed. */
await mkdir(join(root, 'test', 'output'), { recursive: true });
for (const report of Object.values(reports)) await rm(report, { force: true });
const results = await runSteps(steps);
const counted = await Promise.all(Object.values(reports).map(read));
const passed = counted.reduce((sum, { numPassedTests = 0 }) => sum + numPassedTests, results.passed);
const failed = counted.reduce((sum, { numFailedTests = 0 }) => sum + numFailedTests, results.failed);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && counted.every(({ numFailedTests }) => numFailedTests === 0) ? 0 : 1;
