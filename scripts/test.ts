import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checks } from './check.ts';
import { command, root, runSteps, type Step } from './steps.ts';
import { packedPackages } from '../test/adapters/n8n/build-package.ts';
import { builtZips } from '../test/adapters/zapier/built-zip.ts';
import { buildFixture } from '../test/support/zapier-runtime/build-fixture.ts';
import { findChromium } from '../test/support/machine/chromium.ts';
import { installN8n } from '../test/support/machine/n8n.ts';

/** Jest's report with the test counts. */
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

/** Built first, so that no check reads a folder that a build is writing. */
const builds: Step = {
  name: 'Builds: the n8n packages and the Zapier apps',
  run: () => Promise.all([packedPackages(), builtZips(), buildFixture('fixture-app')]),
};

const jest = (...options: string[]): Promise<void> => command('jest', [...options, '--json', `--outputFile=${report}`]);

/** Twice the two cores of the smallest supported machine, because most test files mostly wait for a server or a run. */
const workers = 4;

/**
 * `npm test`: everything that must pass except the load tests. The checks and the flows run in parallel with the tests, which
 * mostly wait for servers and runs.
 */
const usual: Step[][] = [
  [{ name: 'Tests (jest)', run: () => jest('--ignoreProjects', 'load', 'thorough', `--maxWorkers=${workers}`) }],
  [
    ...checks({ quiet: true }),
    {
      name: 'The seven flows on both platforms (npm start)',
      run: () => command('node', ['test/e2e/flows/main.ts'], { quiet: true }),
    },
  ],
];

/**
 * `npm run test:load`: load, soak and kill tests, what only a release does, MySQL, and property tests in full, in sequence,
 * because many use the whole machine.
 */
const load: Step[][] = [
  [{ name: 'Load tests (jest)', run: () => jest('--selectProjects', 'load', 'thorough', '--runInBand') }],
];

await mkdir(join(root, 'test', 'output'), { recursive: true });
await rm(report, { force: true });
const prepared = await runSteps([tools, builds]);
const results = await runSteps(...(process.argv.includes('--load') ? load : usual));
results.passed += prepared.passed;
results.failed += prepared.failed;
const counted = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as Counted;
console.log(
  `\n${results.passed + (counted.numPassedTests ?? 0)} passed, ${results.failed + (counted.numFailedTests ?? 0)} failed`,
);
process.exitCode = results.failed === 0 && counted.numFailedTests === 0 ? 0 : 1;
