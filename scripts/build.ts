import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { appFolders } from './generate/apps.ts';
import { writeGeneratedFiles } from './generate/generated-files.ts';
import { command, root, runSteps, type Step } from './steps.ts';
import { packageNames } from '../test/adapters/n8n/lint.ts';
import { packPackage } from '../test/adapters/n8n/build-package.ts';

const destination = join(root, 'test', 'output', 'packages');
const kilobytes = (file: string): string => `${Math.round(statSync(file).size / 1024)} KB`;

/** `npm run build`: writes the generated files, then builds everything that is published. */
const steps: Step[] = [
  { name: 'Generated files', run: async () => writeGeneratedFiles(root) },
  ...packageNames.map((name) => ({
    name: `n8n-nodes-${name}`,
    async run() {
      await mkdir(destination, { recursive: true });
      const tarball = await packPackage(name, destination);
      console.log(`${tarball}: ${kilobytes(tarball)}`);
    },
  })),
  { name: 'Zapier apps', run: () => command('node', ['zapier-app/build.mjs', ...appFolders]) },
];

process.exitCode = (await runSteps(steps)).failed === 0 ? 0 : 1;
