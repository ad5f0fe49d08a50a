import type {
  FieldType,
  ICredentialTestFunction,
  ILoadOptionsFunctions,
  INodeListSearchResult,
  INodePropertyOptions,
  INodeType,
  ResourceMapperFields,
} from 'n8n-workflow';
import type { ChoiceList, ChoicePage, ChoiceQuery } from '../../shared/src/operations/choice-list.ts';
import type { DeclaredType, DeclaredValue, DeclaredValues } from '../../shared/src/operations/declared-values.ts';
import type { Context } from '../../shared/src/operations/context.ts';
import { describeField, type Fields } from '../../shared/src/operations/fields.ts';
import type { Service } from '../../shared/src/operations/service.ts';
import { findConnection, readConnection } from './connection-values.ts';
import { testConnection } from './credential-test.ts';
import { nodeError } from './error.ts';
import type { ExecuteOptions } from './execute.ts';
import { makeHost, sendWith } from './host.ts';
import { credentialName, declaredMethod, listMethod, refusalsMethod, testMethod } from './names.ts';
import { readParameters } from './parameters.ts';
import { listRefusals } from './refused-deliveries.ts';

/** The methods of a node by their kind. */
export type Methods = NonNullable<INodeType['methods']>;

/** Pages that a list without paging of its own takes at most. */
const mostPages = 10;

/** The lists of a service with the fields among which each stands. */
function listsOf(service: Service): Map<string, { list: ChoiceList; fields: Fields }> {
  const found = new Map<string, { list: ChoiceList; fields: Fields }>();
  for (const { input } of [...service.operations, ...service.triggers]) {
    for (const field of Object.values(input)) {
      const { choices } = describeField(field);
      if (choices) found.set(choices.key, { list: choices, fields: { ...found.get(choices.key)?.fields, ...input } });
    }
  }
  return found;
}

/** The names that fields of a service declare, with the fields among which each stands. */
function declaredOf(service: Service): { declared: DeclaredValues; fields: Fields }[] {
  return service.operations.flatMap(({ input }) =>
    Object.values(input).flatMap((field) => {
      const { declared } = describeField(field);
      return declared ? [{ declared, fields: input }] : [];
    }),
  );
}

const isFilled = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/**
 * Asks the vendor with what has been filled in so far.
 * @param needs fields that must be filled in first; until then the answer is `nothing`
 */
async function ask<T>(context: ILoadOptionsFunctions, service: Service, fields: Fields, needs: readonly string[], nothing: T, question: (input: Record<string, unknown>, context: Context<never>) => Promise<T>): Promise<T> {
  try {
    const current = context.getCurrentNodeParameters() ?? {};
    const input = readParameters(fields, (name, fallback) => current[name] ?? fallback);
    if (needs.some((field) => !isFilled(input[field]))) return nothing;
    const further = service.furtherConnections?.find(({ shownWhen }) =>
      shownWhen.is.includes(String(current[shownWhen.field])),
    );
    const lent: Context = {
      host: makeHost({
        send: sendWith(context, credentialName((further ?? service).connection)),
        logger: context.logger,
      }),
      connection: further ? {} : await readConnection(context, service.connection),
      connectionOf: (key) => readConnection(context, findConnection(service, key)),
    };
    return await question(input, lent as Context<never>);
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}

function load(context: ILoadOptionsFunctions, service: Service, list: ChoiceList, fields: Fields, query: Omit<ChoiceQuery, 'input'>): Promise<ChoicePage> {
  return ask<ChoicePage>(context, service, fields, list.needs ?? [], { choices: [] }, (input, lent) => list.load({ ...query, input }, lent));
}

/** How n8n asks for a value of each kind. */
const types: Record<DeclaredType, FieldType> = { text: 'string', integer: 'number', number: 'number', boolean: 'boolean', list: 'array', values: 'object' };

/** The names that are declared at the vendor as fields of a form; n8n shows lists and objects as JSON. */
async function declaredFields(context: ILoadOptionsFunctions, service: Service, declared: DeclaredValues, fields: Fields): Promise<ResourceMapperFields> {
  const found = await ask<DeclaredValue[]>(context, service, fields, declared.needs, [], (input, lent) => declared.load(input, lent));
  return {
    fields: found.map(({ name, type, required, default: initial }) => ({
      id: name,
      displayName: name,
      required,
      defaultMatch: false,
      display: true,
      canBeUsedToMatch: false,
      type: types[type],
      ...(initial === undefined || initial === null ? {} : { defaultValue: typeof initial === 'object' ? JSON.stringify(initial) : (initial as string) }),
    })),
  };
}

async function search(
  context: ILoadOptionsFunctions,
  service: Service,
  list: ChoiceList,
  fields: Fields,
  filter?: string,
  page?: string,
): Promise<INodeListSearchResult> {
  const { choices, nextPage } = await load(context, service, list, fields, {
    ...(filter ? { search: filter } : {}),
    ...(page ? { page } : {}),
  });
  const results = choices.map(({ value, label, url }) => ({ name: label, value, ...(url ? { url } : {}) }));
  return { results, ...(nextPage ? { paginationToken: nextPage } : {}) };
}

async function loadAll(
  context: ILoadOptionsFunctions,
  service: Service,
  list: ChoiceList,
  fields: Fields,
): Promise<INodePropertyOptions[]> {
  const options: INodePropertyOptions[] = [];
  let page: string | undefined;
  for (let count = 0; count < mostPages; count += 1) {
    const { choices, nextPage } = await load(context, service, list, fields, page ? { page } : {});
    options.push(...choices.map(({ value, label }) => ({ name: label, value })));
    if (!nextPage) break;
    page = nextPage;
  }
  return options;
}

/**
 * What a node of a service is asked besides its work: what a field can be picked from, and whether a credential is
 * good.
 */
export function describeMethods(service: Service, { lastingFolder }: ExecuteOptions = {}): Methods {
  const lists = [...listsOf(service).values()];
  const connections = [service.connection, ...(service.furtherConnections ?? []).map(({ connection }) => connection)];
  return {
    listSearch: Object.fromEntries(
      lists.map(({ list, fields }) => [
        listMethod(list),
        function (this: ILoadOptionsFunctions, filter?: string, page?: string) {
          return search(this, service, list, fields, filter, page);
        },
      ]),
    ),
    resourceMapping: Object.fromEntries(
      declaredOf(service).map(({ declared, fields }) => [
        declaredMethod(declared),
        function (this: ILoadOptionsFunctions) {
          return declaredFields(this, service, declared, fields);
        },
      ]),
    ),
    loadOptions: {
      ...Object.fromEntries(
        lists.map(({ list, fields }) => [
          listMethod(list),
          function (this: ILoadOptionsFunctions) {
            return loadAll(this, service, list, fields);
          },
        ]),
      ),
      async [refusalsMethod](this: ILoadOptionsFunctions) {
        return listRefusals(this, service);
      },
    },
    credentialTest: Object.fromEntries(
      connections.map((connection): [string, ICredentialTestFunction] => [
        testMethod(connection),
        function (credential) {
          return testConnection(this, connection, credential.data ?? {}, lastingFolder);
        },
      ]),
    ),
  };
}
