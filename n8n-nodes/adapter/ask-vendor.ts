import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { concealing } from '../../shared/src/define/conceal.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Fields } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { findConnection, readConnection } from './connection-values.ts';
import { nodeError } from './error.ts';
import { makeHost, sendWith } from './host.ts';
import { readParameters } from './parameters.ts';

const isFilled = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/**
 * Asks the vendor with what has been filled in so far.
 * @param needs fields that must be filled in first; until then the answer is `nothing`
 */
export async function askVendor<T>(
  context: ILoadOptionsFunctions,
  service: Service,
  fields: Fields,
  needs: readonly string[],
  nothing: T,
  question: (input: Record<string, unknown>, context: Context<never>) => Promise<T>,
): Promise<T> {
  try {
    const current = context.getCurrentNodeParameters() ?? {};
    const input = readParameters(fields, (name, fallback) => current[name] ?? fallback);
    if (needs.some((field) => !isFilled(input[field]))) return nothing;
    const further = service.furtherConnections?.find(({ shownWhen }) =>
      shownWhen.is.includes(String(current[shownWhen.field])),
    );
    const lent: Context = {
      host: makeHost({
        send: sendWith(context, (further ?? service).connection),
        logger: context.logger,
      }),
      connection: further ? {} : await readConnection(context, service.connection),
      connectionOf: (key) => readConnection(context, findConnection(service, key)),
    };
    return await concealing(service, lent, (own) => question(input, own as Context<never>));
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}
