import type {
  ICredentialTestFunction,
  ILoadOptionsFunctions,
  INodeListSearchResult,
  INodePropertyOptions,
  INodeType,
} from 'n8n-workflow';
import type { ChoiceList, ChoicePage, ChoiceQuery } from '../../shared/src/define/choice-list.ts';
import { withoutUndefined } from '../../shared/src/host/without-undefined.ts';
import { describeField, type Fields } from '../../shared/src/define/fields.ts';
import { logsIn } from '../../shared/src/define/connection.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { asLiteral } from './as-literal.ts';
import { queryVendor } from './query-vendor.ts';
import { testConnection } from './credential-test.ts';
import { declaredFields, declaredOf } from './declared-fields.ts';
import type { OperatorOptions } from './host.ts';
import { declaredMethod, listMethod, testMethod } from './names.ts';

/** The methods of a node, by kind. */
export type Methods = NonNullable<INodeType['methods']>;

/** Maximum number of pages to read for a dropdown without paging. */
const maxPages = 10;

/** The lists of a service, each with the fields of its forms. */
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

/** A list of a service's node. */
interface NodeList {
  service: Service;
  list: ChoiceList;
  /** The fields of its forms. */
  fields: Fields;
  operatorOptions: OperatorOptions;
}

function load(
  context: ILoadOptionsFunctions,
  { service, list, fields, operatorOptions }: NodeList,
  query: Omit<ChoiceQuery, 'input'>,
): Promise<ChoicePage> {
  return queryVendor<ChoicePage>(context, {
    service,
    fields,
    needs: list.needs ?? [],
    operatorOptions,
    load: (input, operationContext) => list.load({ ...query, input }, operationContext),
  });
}

async function search(
  context: ILoadOptionsFunctions,
  list: NodeList,
  query: Omit<ChoiceQuery, 'input'>,
): Promise<INodeListSearchResult> {
  const { choices, nextPage } = await load(context, list, query);
  const results = choices.map(({ value, label, url }) => ({
    name: label,
    value: asLiteral(value),
    ...(url ? { url } : {}),
  }));
  return { results, ...(nextPage ? { paginationToken: nextPage } : {}) };
}

async function loadAll(context: ILoadOptionsFunctions, list: NodeList): Promise<INodePropertyOptions[]> {
  const options: INodePropertyOptions[] = [];
  let page: string | undefined;
  for (let count = 0; count < maxPages; count += 1) {
    const { choices, nextPage } = await load(context, list, page ? { page } : {});
    options.push(...choices.map(({ value, label }) => ({ name: label, value: asLiteral(value) })));
    if (!nextPage) break;
    page = nextPage;
  }
  return options;
}

/** The methods of a service's node: dropdowns, resource mappers and credential tests. */
export function describeMethods(service: Service, operatorOptions: OperatorOptions = {}): Methods {
  const lists = [...listsOf(service).values()].map((found): NodeList => ({ ...found, service, operatorOptions }));
  const connections = [service.connection].filter(logsIn);
  return {
    listSearch: Object.fromEntries(
      lists.map((one) => [
        listMethod(one.list),
        function (this: ILoadOptionsFunctions, filter?: string, page?: string) {
          return search(this, one, withoutUndefined({ search: filter || undefined, page: page || undefined }));
        },
      ]),
    ),
    resourceMapping: Object.fromEntries(
      declaredOf(service).map(({ declared, fields }) => [
        declaredMethod(declared),
        function (this: ILoadOptionsFunctions) {
          return declaredFields(this, service, declared, fields, operatorOptions);
        },
      ]),
    ),
    loadOptions: Object.fromEntries(
      lists.map((one) => [
        listMethod(one.list),
        function (this: ILoadOptionsFunctions) {
          return loadAll(this, one);
        },
      ]),
    ),
    credentialTest: Object.fromEntries(
      connections.map((connection): [string, ICredentialTestFunction] => [
        testMethod(connection),
        function (credential) {
          return testConnection(this, connection, credential.data ?? {}, operatorOptions);
        },
      ]),
    ),
  };
}
