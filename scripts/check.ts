import { outdatedPages } from './reference/pages.ts';
import { lintPackages } from '../test/adapters/n8n/lint.ts';
import { command, root, runSteps, type CommandOptions, type Step } from './steps.ts';

/** What can be checked without running the product and is not one of its tests. */
export function checks(options: CommandOptions = {}): Step[] {
  return [
    { name: 'Format (biome)', run: () => command('biome', ['format', '.'], options) },
    { name: 'Types', run: () => command('tsc', ['-p', '.'], options) },
    {
      name: 'Layers (dependency-cruiser)',
      run: () =>
        command('depcruise', ['shared', 'n8n-nodes', 'zapier-app', 'scripts', 'test', '--output-type', 'err'], options),
    },
    { name: 'Lint (eslint)', run: () => command('eslint', ['.', '--max-warnings', '0'], options) },
    {
      name: 'Reference is up to date',
      async run() {
        const outdated = await outdatedPages(root);
        if (outdated.length > 0)
          throw new Error(`Not as the definitions are: ${outdated.join(', ')}. Run npm run build.`);
      },
    },
  ];
}

/** What `npm test` covers by its tests: the platforms' own checks of the packages, and that both offer the same. */
const tested: Step[] = [
  { name: "n8n's linter and package scanner", run: lintPackages },
  { name: "Zapier's validation", run: () => command('node', ['zapier-app/build.mjs']) },
  { name: 'Parity of both platforms', run: () => command('jest', ['--selectProjects', 'parity']) },
];

/** `npm run check` */
if (process.argv[1]?.endsWith('check.ts'))
  process.exitCode = (await runSteps([...checks(), ...tested])).failed === 0 ? 0 : 1;
