import { outdatedPages } from './reference/pages.ts';
import { lintPackages } from '../test/adapters/n8n/lint.ts';
import { command, root, runSteps, type Step } from './steps.ts';

/** Everything that can be seen without running the product. */
export const checks: Step[] = [
  { name: 'Format (biome)', run: () => command('biome', ['format', '.']) },
  { name: 'Types', run: () => command('tsc', ['-p', '.']) },
  {
    name: 'Layers (dependency-cruiser)',
    run: () => command('depcruise', ['shared', 'n8n-nodes', 'zapier-app', 'scripts', 'test', '--output-type', 'err']),
  },
  { name: 'Lint (eslint)', run: () => command('eslint', ['.', '--max-warnings', '0']) },
  {
    name: 'Reference is up to date',
    async run() {
      const outdated = await outdatedPages(root);
      if (outdated.length > 0)
        throw new Error(`Not as the definitions are: ${outdated.join(', ')}. Run npm run build.`);
    },
  },
  { name: "n8n's linter and package scanner", run: lintPackages },
  { name: "Zapier's validation", run: () => command('node', ['zapier-app/build.mjs']) },
];

/** One of the tests: what both platforms offer is the same. */
const parity: Step = { name: 'Parity of both platforms', run: () => command('jest', ['--selectProjects', 'parity']) };

/** `npm run check` */
if (process.argv[1]?.endsWith('check.ts'))
  process.exitCode = (await runSteps([...checks, parity])).failed === 0 ? 0 : 1;
