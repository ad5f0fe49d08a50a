import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../../shared/src/define/connection.ts';
import type { Service } from '../../shared/src/define/service.ts';

/**
 * Where a generated file imports a definition from. Conventions: shared/src/catalog.ts imports a service under its key, and
 * a connection is exported as its key followed by `Connection` (`dbtConnection`).
 */
export class SourcePaths {
  readonly #services: Map<string, string>;
  readonly #connections: Map<string, string>;

  /** @param project root of the repository */
  constructor(project: string) {
    const catalog = readFileSync(join(project, 'shared/src/catalog.ts'), 'utf8');
    this.#services = new Map(
      [...catalog.matchAll(/^import \{ (\w+) \} from '\.\/(.+)';$/gm)].map(([, key = '', path = '']) => [
        key,
        `shared/src/${path}`,
      ]),
    );
    this.#connections = new Map(
      globSync('shared/src/**/*.ts', { cwd: project }).flatMap((path) =>
        [
          ...readFileSync(join(project, path), 'utf8').matchAll(
            /^export const (\w+Connection)\b.* = defineConnection\(/gm,
          ),
        ].map(([, name = '']): [string, string] => [name, path]),
      ),
    );
  }

  /** Path of the file that exports a service, from the root of the repository. */
  service({ key }: Service): string {
    const path = this.#services.get(key);
    if (!path) throw new Error(`shared/src/catalog.ts imports no service as ${key}. Export it under its key.`);
    return path;
  }

  /** Path of the file that exports a connection, from the root of the repository. */
  connection({ key }: Connection): string {
    const path = this.#connections.get(`${key}Connection`);
    if (!path) throw new Error(`No file in shared/src exports ${key}Connection = defineConnection(…).`);
    return path;
  }
}
