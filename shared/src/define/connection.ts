import { checkInput, type Values } from './check-input.ts';
import type { RawInput } from './raw-input.ts';
import { concealing } from './conceal.ts';
import type { Context } from './context.ts';
import type { Fields } from './fields.ts';

/** The values that a user enters once to log in to a service. */
export interface ConnectionDefinition<F extends Fields> {
  /** Unique in the catalog: `azure`. */
  key: string;
  /** The name in the list of credentials: `Azure Service Principal`. */
  name: string;
  /** Where to find the values, in one or two sentences. */
  description: string;
  /** The vendor's page on how to create them. */
  documentationUrl: string;
  /** Base name of its icons in `icons/`. Default: the icon of the first service that logs in with it. */
  icon?: string;
  fields: F;
  /**
   * Values that the command line takes from environment variables, with the names that the vendor's own tools use.
   * @param given the values of the connection file, which take precedence
   */
  fromVariables?(given: RawInput, variable: (name: string) => string | undefined): RawInput;
  /** Logs in and reads something small; resolves to a name for the connection, such as `contoso (dbt)`. */
  test(context: Context<ConnectionValues<F>>): Promise<string>;
}

/** A connection as adapters see it. */
export interface Connection<F extends Fields = Fields> extends Omit<ConnectionDefinition<F>, 'test'> {
  /**
   * Checks and types the raw values. Contexts contain the result.
   * @throws PipewrightError `invalid-input` that names every invalid field by its label
   */
  check(raw: RawInput): ConnectionValues<F>;
  /** See `ConnectionDefinition.test`. */
  test(context: Context): Promise<string>;
}

/** The checked values of a connection. */
export type ConnectionValues<F extends Fields> = Values<F>;

/** Defines a connection; see `Connection`. Masks its secrets in everything that its test returns, logs or throws. */
export function defineConnection<const F extends Fields>(connection: ConnectionDefinition<F>): Connection<F> {
  const { fields } = connection;
  return {
    ...connection,
    check: (raw) => checkInput(fields, raw),
    test: (context) =>
      concealing({ connection }, context as Context<ConnectionValues<F>>, (concealed) => connection.test(concealed)),
  };
}

/** The connection of a service that requires no login. */
export const noConnection: Connection = defineConnection({
  key: 'none',
  name: 'None',
  description: 'No login is required.',
  documentationUrl: 'https://github.com/pipewright/pipewright#readme',
  fields: {},
  test: async () => 'nothing',
});

/** Whether the login requires any values from the user. */
export function logsIn({ fields }: Pick<Connection, 'fields'>): boolean {
  return Object.keys(fields).length > 0;
}
