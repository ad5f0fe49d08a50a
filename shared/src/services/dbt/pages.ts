import type { Call } from '../../http/api.ts';
import { search, type Choice, type ChoicePage, type ChoiceQuery } from '../../operations/choice-list.ts';
import type { Context } from '../../operations/context.ts';
import { accountPath, openDbt, type Enveloped } from './api.ts';
import type { DbtConnection } from './connection.ts';

/** The most that dbt gives at once. */
const pageSize = 100;

/** One page of a list of the account; `next` is the offset of the following page, absent at the end. */
export async function readPage<T>(
  context: Context<DbtConnection>,
  list: string,
  query: Call['query'] = {},
  offset = 0,
): Promise<{ entries: T[]; next?: number }> {
  const { data, extra } = await openDbt(context).json<Enveloped<T[]>>(
    'GET',
    `${accountPath(context.connection)}/${list}/`,
    { query: { limit: pageSize, ...query, offset } },
  );
  const next = offset + data.length;
  const total = extra?.pagination?.total_count;
  const goesOn = data.length > 0 && (total === undefined ? data.length === pageSize : next < total);
  return { entries: data, ...(goesOn ? { next } : {}) };
}

/** A page of choices out of a list of the account. */
export async function readChoices<T>(
  context: Context<DbtConnection>,
  list: string,
  asked: ChoiceQuery,
  query: Call['query'],
  choice: (entry: T) => Choice,
): Promise<ChoicePage> {
  const { entries, next } = await readPage<T>(context, list, query, Number(asked.page ?? 0) || 0);
  return {
    choices: search(entries.map(choice), asked.search),
    ...(next === undefined ? {} : { nextPage: String(next) }),
  };
}
