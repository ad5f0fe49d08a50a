import { staleFiles } from './generate/generated-files.ts';
import { lintPackages } from '../test/adapters/n8n/lint.ts';
import { command, root, runSteps, type Step } from './steps.ts';

/** The checks that do not run the product. */
export const checks: Step[] = [
  { name: 'Format (biome)', run: () => command('biome', ['format', '.']) },
  { name: 'Types', run: () => command('tsc', ['-p', '.']) },
  {
    name: 'Layers (dependency-cruiser)',
    run: () => command('depcruise', ['shared', 'n8n-nodes', 'zapier-app', 'scripts', 'test', '--output-type', 'err']),
  },
  { name: 'Lint (eslint)', run: () => command('eslint', ['.', '--max-warnings', '0']) },
  {
    name: 'Generated files are up to date',
    async run() {
      const stale = staleFiles(root);
      if (stale.length > 0) throw new Error(`Stale: ${stale.join(', ')}. Run npm run build and commit the result.`);
    },
  },
  { name: "n8n's linter and package scanner", run: lintPackages },
  { name: "Zapier's validation", run: () => command('node', ['zapier-app/build.mjs']) },
];

/** A test: both platforms offer the same operations and fields. */
const parity: Step = { name: 'Parity of both platforms', run: () => command('jest', ['--selectProjects', 'parity']) };

/** `npm run check` */
if (process.argv[1]?.endsWith('check.ts'))
  process.exitCode = (await runSteps([...checks, parity])).failed === 0 ? 0 : 1;
