// Lints folders as n8n does: `node lint-folders.mjs <folder> strict|self-hosted source|tarball …`, three arguments per folder.
// It runs in its own process because the scanner creates folders and prints on import, and for all folders in one, because
// loading the linter takes longer than linting a package.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { n8nCommunityNodesPlugin as newest } from '@n8n/eslint-plugin-community-nodes';
import { buildScanConfig, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { ESLint } from 'eslint';

/** n8n's rules that apply only to n8n Cloud: restricted imports and no console. */
const cloudRules = Object.keys(newest.configs.recommended.rules).filter(
  (rule) => !(rule in newest.configs.recommendedWithoutN8nCloudSupport.rules),
);
const selfHosted = { rules: Object.fromEntries([...cloudRules, 'no-console'].map((rule) => [rule, 'off'])) };

const scanner = await buildScanConfig();
/** The scanner's configuration, with its own plugin and with the newest version. */
const configurations = [
  scanner,
  scanner.map((part) =>
    part.plugins?.['@n8n/community-nodes']
      ? { ...newest.configs.recommended, rules: { ...newest.configs.recommended.rules } }
      : part,
  ),
];

/** Prints the findings in a folder. @returns whether there are none */
async function isClean(folder, setting, what) {
  const patterns = what === 'source' ? SOURCE_FILE_PATTERNS : ['**/*.js', 'package.json'];
  const files = patterns
    .flatMap((pattern) => globSync(pattern, { cwd: folder, exclude: (path) => path === 'node_modules' }))
    .map((path) => join(folder, path));
  if (files.length < 2) {
    console.error(`There is nothing to lint in ${folder}.`);
    return false;
  }
  let clean = true;
  for (const configuration of configurations) {
    const overrideConfig = setting === 'strict' ? configuration : [...configuration, selfHosted];
    const eslint = new ESLint({ cwd: folder, allowInlineConfig: false, overrideConfigFile: true, overrideConfig });
    const results = await eslint.lintFiles(files);
    const found = results.filter(({ errorCount, warningCount }) => errorCount + warningCount > 0);
    if (found.length === 0) continue;
    clean = false;
    console.error((await eslint.loadFormatter('stylish')).format(found));
  }
  return clean;
}

const rest = process.argv.slice(2);
let clean = true;
while (rest.length > 0) clean = (await isClean(...rest.splice(0, 3))) && clean;
process.exit(clean ? 0 : 1);
