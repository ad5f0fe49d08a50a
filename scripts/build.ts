import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { appFolders } from './generate/apps.ts';
import { writeGeneratedFiles } from './generate/generated-files.ts';
import { packageNames } from './generate/packages.ts';
import { command, root, runSteps, type Step } from './steps.ts';
import { packPackages } from '../test/adapters/n8n/build-package.ts';

const destination = join(root, 'test', 'output', 'packages');
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

/** `npm run build`: writes the generated files, then builds everything that is published. */
const steps: Step[] = [
  { name: 'Generated files', run: async () => writeGeneratedFiles(root) },
  {
    name: 'n8n packages',
    async run() {
      await mkdir(destination, { recursive: true });
      for (const { file, version, size, unpackedSize, integrity } of await packPackages(packageNames, destination)) {
        console.log(`${file}: version ${version}, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`);
        console.log(integrity);
      }
    },
  },
  { name: 'Zapier apps', run: () => command('node', ['zapier-app/build.mjs', ...appFolders]) },
];

process.exitCode = (await runSteps(steps)).failed === 0 ? 0 : 1;
