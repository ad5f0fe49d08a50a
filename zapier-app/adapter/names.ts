import type { Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';
import { kindOf } from './kind.ts';

/** Converts a name to snake case, which Zapier requires for keys: `dataFactory` becomes `data_factory`. */
export function snakeCase(name: string): string {
  return name
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_/, '');
}

/**
 * The key of an operation or a trigger: `data_factory_run_pipeline`, the same in every app. Zaps store it, so it must not change
 * (docs/decisions/0007-one-zapier-app-per-service.md).
 */
export function keyOf(service: Service, { key }: Operation | Trigger): string {
  return `${snakeCase(service.key)}_${snakeCase(key)}`;
}

/** The service's name without the vendor's name, if several services of the app have it: `Data Factory` of `Azure Data Factory`. */
function shortName({ name }: Service, services: readonly Service[]): string {
  const [vendor, ...rest] = name.split(' ');
  const isShared = services.filter((other) => other.name.split(' ')[0] === vendor).length > 1;
  return isShared && rest.length > 1 ? rest.join(' ') : name;
}

/** The end of a name that keeps the two triggers of a service apart in n8n. Zapier marks instant triggers itself. */
const polling = / \(Polling\)$/;

/** The name without the service. Zapier's name of a search begins with Find: `Find Job Run` for the operation Get Job Run. */
function ownName(described: Operation | Trigger): string {
  const name = described.name.replace(polling, '');
  return kindOf(described) === 'search' ? name.replace(/^Get /, 'Find ') : name;
}

/**
 * The label in the list of steps, beside which Zapier shows the app's name: `Run Job` in an app of one service, `Run Pipeline in
 * Data Factory` in an app of several, unless the name contains the service: `Complete WebHook Activity`, `Export SQL Table`.
 * @param services all services of the app
 */
export function labelOf(service: Service, described: Operation | Trigger, services: readonly Service[]): string {
  const name = ownName(described);
  const place = shortName(service, services);
  if (services.length === 1 || name.includes(place)) return name;
  const [object = ''] = place.split(' ').slice(-1);
  if (name.endsWith(` ${object}`)) return `${name.slice(0, -object.length)}${place}`;
  return `${name} ${/^(Get|Export|Download) /.test(name) ? 'From' : 'in'} ${place}`;
}

/** What is left of a search's name without its verb and criterion: `User` of `Find User by Email`. */
const found = (name: string): string => name.replace(/^\S+ /, '').replace(/ by .*$/, '');

/**
 * The noun of a step, which is what one result is. An operation that starts a run or creates something results in its resource:
 * `Pipeline Run`. Any other operation has the noun in its name: `Artifact` of `Download Artifact`. So has a trigger, before the
 * last word: `Job Run` of `Job Run Finished`.
 */
export function nounOf(described: Operation | Trigger): string {
  if (described.kind === 'trigger') return described.resource ?? ownName(described).split(' ').slice(0, -1).join(' ');
  return described.effect === 'unsafe' ? described.resource : found(ownName(described));
}

/** Joins names for a sentence: `A, B and C`. */
export function enumerate(names: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${conjunction} ${names.at(-1)}`;
}
