import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checks } from './check.ts';
import { command, root, runSteps, type Step } from './check/step.ts';
import { findChromium } from './machine/chromium.ts';
import { installN8n } from './machine/n8n.ts';

/** Where jest counts its tests. */
const report = join(root, 'test', 'output', 'jest.json');

const steps: Step[] = [
  {
    name: 'What the tests need beside the dependencies',
    async run() {
      await installN8n(console.log);
      await findChromium(console.log);
    },
  },
  ...checks,
  { name: 'Tests (jest)', run: () => command('jest', ['--maxWorkers=2', '--json', `--outputFile=${report}`]) },
  { name: 'The four flows on both platforms (npm start)', run: () => command('node', ['test/flows/main.ts']) },
];

/** `npm test`: everything that must pass. It ends with the numbers of what passed and what failed. */
await mkdir(join(root, 'test', 'output'), { recursive: true });
await rm(report, { force: true });
const results = await runSteps(steps);
const counted = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as { numPassedTests?: number; numFailedTests?: number };
const passed = (counted.numPassedTests ?? 0) + results.passed;
const failed = (counted.numFailedTests ?? 0) + results.failed;
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = results.failed === 0 && counted.numFailedTests === 0 ? 0 : 1;
