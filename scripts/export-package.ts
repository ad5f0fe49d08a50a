import { resolve } from 'node:path';
import { exportPackage } from './export/export-package.ts';
import { packageNames } from './generate/packages.ts';
import { root } from './steps.ts';

/** `node scripts/run.mjs scripts/export-package.ts <package> <folder>`: writes an n8n package as a repository of its own. */
const [wanted, folder] = process.argv.slice(2);
const name = packageNames.find((one) => one === wanted);
if (name && folder) {
  exportPackage(root, name, resolve(folder));
  console.log(`Written to ${resolve(folder)}. Next: npm install, npm run build, npm test.`);
} else {
  console.error(`Usage: scripts/export-package.ts <${packageNames.join(' | ')}> <folder>`);
  process.exitCode = 1;
}
