import type {
  ICredentialTestFunction,
  ILoadOptionsFunctions,
  INodeListSearchResult,
  INodePropertyOptions,
  INodeType,
} from 'n8n-workflow';
import type { ChoiceList, ChoicePage, ChoiceQuery } from '../../shared/src/define/choice-list.ts';
import { describeField, type Fields } from '../../shared/src/define/fields.ts';
import { logsIn } from '../../shared/src/define/connection.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { askVendor } from './ask-vendor.ts';
import { testConnection } from './credential-test.ts';
import { declaredFields, declaredOf } from './declared-fields.ts';
import type { ExecuteOptions } from './execute.ts';
import { declaredMethod, listMethod, refusalsMethod, testMethod } from './names.ts';
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

function load(
  context: ILoadOptionsFunctions,
  service: Service,
  list: ChoiceList,
  fields: Fields,
  query: Omit<ChoiceQuery, 'input'>,
): Promise<ChoicePage> {
  return askVendor<ChoicePage>(context, service, fields, list.needs ?? [], { choices: [] }, (input, lent) =>
    list.load({ ...query, input }, lent),
  );
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
  const connections = [
    service.connection,
    ...(service.furtherConnections ?? []).map(({ connection }) => connection),
  ].filter(logsIn);
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
