import type { Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';

/** Converts a name to snake case, which Zapier requires for keys: `dataFactory` becomes `data_factory`. */
export function snakeCase(name: string): string {
  return name
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_/, '');
}

/** The key of an operation or a trigger in the app: `data_factory_run_pipeline`. Zaps store it, so it must not change. */
export function keyOf(service: Service, { key }: Operation | Trigger): string {
  return `${snakeCase(service.key)}_${snakeCase(key)}`;
}

/** The label in the list of steps: `Run Pipeline in Azure Data Factory`. Several services have operations with the same name. */
export function labelOf(service: Service, { name }: Operation | Trigger): string {
  return `${name} in ${service.name}`;
}

/** The noun of an operation or trigger: `Pipeline Run`, from its resource or a name such as `Pipeline Run Finished`. */
export function nounOf(described: Operation | Trigger): string {
  if (described.kind !== 'trigger') return described.resource;
  return described.name.split(' ').slice(0, -1).join(' ') || described.name;
}

/** Joins names for a sentence: `A, B and C`. */
export function enumerate(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
