import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeReferencePages } from './reference/pages.ts';
import { command, root, runSteps, type Step } from './steps.ts';
import { settings } from '../test/adapters/n8n/lint.ts';
import { packPackage, type PackageName } from '../test/adapters/n8n/build-package.ts';

const place = join(root, 'test', 'output', 'packages');
const kilobytes = (file: string): string => `${Math.round(statSync(file).size / 1024)} KB`;

/** `npm run build`: what is published, and what is generated from the definitions. */
const steps: Step[] = [
  ...(Object.keys(settings) as PackageName[]).map((name) => ({
    name: `n8n-nodes-${name}`,
    async run() {
      await mkdir(place, { recursive: true });
      const tarball = await packPackage(name, place);
      console.log(`${tarball}: ${kilobytes(tarball)}`);
    },
  })),
  { name: 'Zapier app', run: () => command('node', ['zapier-app/build.mjs']) },
  { name: 'Reference in docs/reference', run: () => writeReferencePages(root) },
  { name: 'Tables in the READMEs of the n8n packages', run: () => command('node', ['scripts/readme-tables.ts']) },
];

process.exitCode = (await runSteps(steps)).failed === 0 ? 0 : 1;
