import { appFolders } from './generate/apps.ts';
import { staleFiles } from './generate/generated-files.ts';
import { packageNames } from './generate/packages.ts';
import { lintPackages } from '../test/adapters/n8n/lint.ts';
import { command, root, runSteps, type CommandOptions, type Step } from './steps.ts';

/** The checks that do not run the product. */
export function checks(options: CommandOptions = {}): Step[] {
  return [
    { name: 'Format (biome)', run: () => command('biome', ['format', '.'], options) },
    { name: 'Types', run: () => command('node', ['node_modules/typescript-native/bin/tsc', '-p', '.'], options) },
    {
      name: 'Layers (dependency-cruiser)',
      run: () =>
        command('depcruise', ['shared', 'n8n-nodes', 'zapier-app', 'scripts', 'test', '--output-type', 'err'], options),
    },
    { name: 'Lint (oxlint)', run: () => command('oxlint', ['--deny-warnings'], options) },
    {
      name: 'Generated files are up to date',
      async run() {
        const stale = staleFiles(root);
        if (stale.length > 0) throw new Error(`Stale: ${stale.join(', ')}. Run npm run build and commit the result.`);
      },
    },
  ];
}

/** Checks that `npm test` runs as tests. */
const tested: Step[] = [
  { name: "n8n's linter and package scanner", run: () => lintPackages(packageNames) },
  {
    name: "Zapier's validation",
    run: () => command('node', ['zapier-app/build.mjs', ...appFolders]),
  },
  { name: 'Parity of both platforms', run: () => command('jest', ['--selectProjects', 'parity']) },
];

/** `npm run check` */
if (process.argv[1]?.endsWith('check.ts'))
  process.exitCode = (await runSteps([...checks(), ...tested])).failed === 0 ? 0 : 1;
