import type * as v from 'valibot';
import { concealing } from './conceal.ts';
import type { Context } from './context.ts';
import type { Fields } from './fields.ts';

/** What a person types once to log in to a service. */
export interface Connection<F extends Fields = Fields> {
  /** Unique in the catalog: `azure`. */
  key: string;
  /** As it stands in the list of credentials: `Azure Service Principal`. */
  name: string;
  /** Where the values come from, in one or two sentences. */
  description: string;
  /** The vendor's page on how to get them. */
  documentationUrl: string;
  /** Base name of its icons in `icons/`. Default: the icon of the first service that logs in with it. */
  icon?: string;
  fields: F;
  /** Logs in and reads something small; resolves to a name for the connection, such as `contoso (dbt)`. */
  test(context: Context<ConnectionValues<F>>): Promise<string>;
}

/** The checked values of a connection. */
export type ConnectionValues<F extends Fields> = v.InferOutput<v.ObjectSchema<F, undefined>>;

/** Describes a connection; see `Connection`. What its test gives, logs or raises shows none of its secrets. */
export function defineConnection<const F extends Fields>(connection: Connection<F>): Connection<F> {
  return { ...connection, test: (context) => concealing({ connection }, context, (own) => connection.test(own)) };
}

/** The connection of a service that logs in nowhere by itself. */
export const noConnection: Connection = defineConnection({
  key: 'none',
  name: 'None',
  description: 'Nothing is needed.',
  documentationUrl: 'https://github.com/pipewright/pipewright#readme',
  fields: {},
  test: async () => 'nothing',
});

/** Whether a person must fill in something to log in. */
export function logsIn({ fields }: Pick<Connection, 'fields'>): boolean {
  return Object.keys(fields).length > 0;
}
