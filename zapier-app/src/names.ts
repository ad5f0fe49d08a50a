import type { Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';

/** Snake case, as Zapier wants keys: `dataFactory` becomes `data_factory`. */
export function snakeCase(name: string): string {
  return name
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_/, '');
}

/** The key of an operation or a trigger in the app: `data_factory_run_pipeline`. It never changes, for Zaps hold it. */
export function keyOf(service: Service, { key }: Operation | Trigger): string {
  return `${snakeCase(service.key)}_${snakeCase(key)}`;
}

/** What the list of steps shows: `Run Pipeline in Azure Data Factory`; several services have an operation of one name. */
export function labelOf(service: Service, { name }: Operation | Trigger): string {
  return `${name} in ${service.name}`;
}

/** What an operation or a trigger is about: `Pipeline Run`, from its group or from a name such as `Pipeline Run Finished`. */
export function nounOf(described: Operation | Trigger): string {
  if (described.kind !== 'trigger') return described.resource;
  return described.name.split(' ').slice(0, -1).join(' ') || described.name;
}

/** Names as a sentence lists them: `A, B and C`. */
export function enumerate(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
