import type { ILoadOptionsFunctions } from 'n8n-workflow';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import { concealing } from '../../shared/src/define/conceal.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Fields } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { readConnection } from './connection-values.ts';
import { nodeError } from './error.ts';
import { makeHost, sendWith } from './host.ts';
import { readParameters } from './parameters.ts';

/** A query that fills a dropdown or a form. */
export interface VendorQuery<T> {
  service: Service;
  /** The fields of the form. */
  fields: Fields;
  /** Fields that must be filled in first; until then the result is `empty`. */
  needs: readonly string[];
  empty: T;
  load(input: RawInput, context: Context): Promise<T>;
}

const isFilled = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Queries the vendor with the form as filled in so far. */
export async function queryVendor<T>(
  context: ILoadOptionsFunctions,
  { service, fields, needs, empty, load }: VendorQuery<T>,
): Promise<T> {
  try {
    const current = context.getCurrentNodeParameters() ?? {};
    const input = readParameters(fields, (name, fallback) => current[name] ?? fallback);
    if (needs.some((field) => !isFilled(input[field]))) return empty;
    const operationContext: Context = {
      host: makeHost({ send: sendWith(context, service.connection), logger: context.logger }),
      connection: await readConnection(context, service.connection),
    };
    return await concealing(service, operationContext, (concealed) => load(input, concealed));
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}
