import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Parsed, ResponseSchema } from '../../http/response-schema.ts';
import type { Call } from '../../http/api.ts';
import { readAllPages } from '../../http/read-pages.ts';
import { search, type Choice, type ChoicePage, type ChoiceQuery } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { accountPath, enveloped, openDbt, service } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';

/** dbt's maximum page size. */
const pageSize = 100;

/** A list endpoint: path, entry shape and query. */
export interface DbtList<S extends ResponseSchema> {
  path: string;
  entry: S;
  query?: Call['query'];
}

/** A list endpoint of the account. */
export function listOf<S extends ResponseSchema>(
  { connection }: Context<DbtConnection>,
  name: string,
  entry: S,
  query: Call['query'] = {},
): DbtList<S> {
  return { path: `${accountPath(connection)}/${name}/`, entry, query };
}

/** One page of a list; `next` is the offset of the next page, absent at the end. */
export async function readPage<S extends ResponseSchema>(
  context: Context<DbtConnection>,
  { path, entry, query }: DbtList<S>,
  offset = '0',
): Promise<{ entries: Parsed<S>[]; next?: string }> {
  const answer: {
    data: Parsed<S>[];
    extra?: { pagination?: { total_count?: number | undefined } | undefined } | undefined;
  } = await openDbt(context).json('GET', path, enveloped(v.array(entry)), {
    query: { limit: pageSize, ...query, offset: Number(offset) || 0 },
  });
  const { data, extra } = answer;
  const next = (Number(offset) || 0) + data.length;
  const total = extra?.pagination?.total_count;
  const hasMore = data.length > 0 && (total === undefined ? data.length === pageSize : next < total);
  return { entries: data, ...(hasMore ? { next: String(next) } : {}) };
}

/** All entries of a list. */
export function readAll<S extends ResponseSchema>(
  context: Context<DbtConnection>,
  list: DbtList<S>,
): Promise<Parsed<S>[]> {
  return readAllPages<Parsed<S>>(service, (offset) => readPage(context, list, offset));
}

/** A page of a list as dropdown choices. */
export async function readChoices<S extends ResponseSchema>(
  context: Context<DbtConnection>,
  list: DbtList<S>,
  query: ChoiceQuery,
  toChoice: (entry: Parsed<S>) => Choice,
): Promise<ChoicePage> {
  const { entries, next } = await readPage(context, list, query.page);
  return withoutUndefined({ choices: search(entries.map(toChoice), query.search), nextPage: next });
}
