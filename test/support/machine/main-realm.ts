import { runInThisContext } from 'node:vm';

/**
 * The globals of this process outside jest's sandbox, which modules use that Node itself loads: their `Date`, their timers and
 * their environment variables. In a script that does not run in jest, they are the script's own.
 */
export const mainRealm = runInThisContext('globalThis') as typeof globalThis;

/**
 * Node's own `require`, outside jest's sandbox: all test files of a process share the modules that it loads.
 * @param file the path of a file; modules are resolved from its folder
 */
export function nodeRequire(file: string): NodeJS.Require {
  const { createRequire } = mainRealm.process.getBuiltinModule('node:module');
  return createRequire(file);
}

/** Makes Node load the files of a folder again when they are next required, and frees the memory of those it has loaded. */
export function forgetModules(require: NodeJS.Require, folder: string): void {
  const isInside = (file: string): boolean => file.startsWith(`${folder}/`);
  for (const [file, module] of Object.entries(require.cache)) {
    if (isInside(file)) delete require.cache[file];
    else if (module) module.children = module.children.filter(({ filename }) => !isInside(filename));
  }
}
