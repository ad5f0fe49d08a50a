// Lints folders as n8n does: `node lint-folders.mjs <folder> strict|self-hosted source|tarball …`, three arguments per folder.
// It runs in its own process because the scanner creates folders and prints on import, and for all folders in one, because
// loading the linter takes longer than linting a package.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { n8nCommunityNodesPlugin as newest } from '@n8n/eslint-plugin-community-nodes';
import { buildScanConfig, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { ESLint } from 'eslint';

/** A rule of the newest version under a name of its own, so that the rules of both versions run in one pass. */
const own = (rule) => rule.replace(/^@n8n\/community-nodes\//, 'newest/');

const { recommended, recommendedWithoutN8nCloudSupport } = newest.configs;

/** n8n's rules that apply only to n8n Cloud: restricted imports and no console. */
const cloudRules = Object.keys(recommended.rules).filter((rule) => !(rule in recommendedWithoutN8nCloudSupport.rules));

/** The scanner's configuration and the newest rules. */
const strict = [
  ...(await buildScanConfig()),
  {
    ...recommended,
    plugins: { newest: recommended.plugins['@n8n/community-nodes'] },
    rules: Object.fromEntries(Object.entries(recommended.rules).map(([rule, level]) => [own(rule), level])),
  },
];
const selfHosted = {
  rules: Object.fromEntries([...cloudRules, ...cloudRules.map(own), 'no-console'].map((rule) => [rule, 'off'])),
};

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
  const overrideConfig = setting === 'strict' ? strict : [...strict, selfHosted];
  const eslint = new ESLint({ cwd: folder, allowInlineConfig: false, overrideConfigFile: true, overrideConfig });
  const results = await eslint.lintFiles(files);
  const found = results.filter(({ errorCount, warningCount }) => errorCount + warningCount > 0);
  if (found.length > 0) console.error((await eslint.loadFormatter('stylish')).format(found));
  return found.length === 0;
}

const rest = process.argv.slice(2);
let clean = true;
while (rest.length > 0) clean = (await isClean(...rest.splice(0, 3))) && clean;
process.exit(clean ? 0 : 1);
