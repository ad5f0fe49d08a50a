// Lints one folder as n8n does: `node lint-folder.mjs <folder> strict|self-hosted source|tarball`.
// It runs in its own process because the scanner creates folders and prints on import.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { n8nCommunityNodesPlugin as newest } from '@n8n/eslint-plugin-community-nodes';
import { buildScanConfig, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { ESLint } from 'eslint';

const [folder, setting, what] = process.argv.slice(2);
const patterns = what === 'source' ? SOURCE_FILE_PATTERNS : ['**/*.js', 'package.json'];

/** n8n's rules that apply only to n8n Cloud: restricted imports and no console. */
const cloudRules = Object.keys(newest.configs.recommended.rules).filter(
  (rule) => !(rule in newest.configs.recommendedWithoutN8nCloudSupport.rules),
);
const selfHosted = { rules: Object.fromEntries([...cloudRules, 'no-console'].map((rule) => [rule, 'off'])) };

/** The scanner's configuration, with its own plugin or with the newest version. */
async function configurations() {
  const scanner = await buildScanConfig();
  const replaced = scanner.map((part) =>
    part.plugins?.['@n8n/community-nodes']
      ? { ...newest.configs.recommended, rules: { ...newest.configs.recommended.rules } }
      : part,
  );
  const more = setting === 'strict' ? [] : [selfHosted];
  return [
    [...scanner, ...more],
    [...replaced, ...more],
  ];
}

const files = patterns
  .flatMap((pattern) => globSync(pattern, { cwd: folder, exclude: (path) => path === 'node_modules' }))
  .map((path) => join(folder, path));
if (files.length < 2) {
  console.error(`There is nothing to lint in ${folder}.`);
  process.exit(1);
}
let failed = false;
for (const overrideConfig of await configurations()) {
  const eslint = new ESLint({ cwd: folder, allowInlineConfig: false, overrideConfigFile: true, overrideConfig });
  const results = await eslint.lintFiles(files);
  const found = results.filter(({ errorCount, warningCount }) => errorCount + warningCount > 0);
  if (found.length === 0) continue;
  failed = true;
  console.error((await eslint.loadFormatter('stylish')).format(found));
}
process.exit(failed ? 1 : 0);
