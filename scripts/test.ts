import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checks } from './check.ts';
import { command, root, runSteps, type Step } from './steps.ts';
import { findChromium } from '../test/support/machine/chromium.ts';
import { installN8n } from '../test/support/machine/n8n.ts';

/** Where jest counts its tests. */
const report = join(root, 'test', 'output', 'jest.json');

interface Counted {
  numPassedTests?: number;
  numFailedTests?: number;
}

const tools: Step = {
  name: 'Tools beside the dependencies: n8n and Chromium',
  async run() {
    await installN8n(console.log);
    await findChromium(console.log);
  },
};

/** `npm test`: everything that must pass and is not a load test. */
const usual: Step[] = [
  tools,
  ...checks,
  {
    name: 'Tests (jest)',
    run: () => command('jest', ['--ignoreProjects', 'load', '--maxWorkers=2', '--json', `--outputFile=${report}`]),
  },
  { name: 'The four flows on both platforms (npm start)', run: () => command('node', ['test/e2e/flows/main.ts']) },
];

/** `npm run test:load`: load, soak and kill tests, one at a time, because each uses the whole machine. */
const load: Step[] = [
  tools,
  {
    name: 'Load tests (jest)',
    run: () => command('jest', ['--selectProjects', 'load', '--runInBand', '--json', `--outputFile=${report}`]),
  },
];

await mkdir(join(root, 'test', 'output'), { recursive: true });
await rm(report, { force: true });
const results = await runSteps(process.argv.includes('--load') ? load : usual);
const counted = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as Counted;
console.log(
  `\n${results.passed + (counted.numPassedTests ?? 0)} passed, ${results.failed + (counted.numFailedTests ?? 0)} failed`,
);
process.exitCode = results.failed === 0 && counted.numFailedTests === 0 ? 0 : 1;
