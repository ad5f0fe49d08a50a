import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { appFolders } from './generate/apps.ts';
import { writeGeneratedFiles } from './generate/generated-files.ts';
import { packageNames } from './generate/packages.ts';
import { command, root, runSteps, type Step } from './steps.ts';
import { packPackage } from '../test/adapters/n8n/build-package.ts';

const destination = join(root, 'test', 'output', 'packages');
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

/** `npm run build`: writes the generated files, then builds everything that is published. */
const steps: Step[] = [
  { name: 'Generated files', run: async () => writeGeneratedFiles(root) },
  ...packageNames.map((name) => ({
    name: `n8n-nodes-${name}`,
    async run() {
      await mkdir(destination, { recursive: true });
      const { file, version, size, unpackedSize, integrity } = await packPackage(name, destination);
      console.log(`${file}: version ${version}, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`);
      console.log(integrity);
    },
  })),
  { name: 'Zapier apps', run: () => command('node', ['zapier-app/build.mjs', ...appFolders]) },
];

process.exitCode = (await runSteps(steps)).failed === 0 ? 0 : 1;
