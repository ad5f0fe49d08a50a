import type { ILoadOptionsFunctions } from 'n8n-workflow';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import { concealing } from '../../shared/src/define/conceal.ts';
import type { Context } from '../../shared/src/define/context.ts';
import { describeField, withIds, type Field, type Fields } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { readConnection } from './connection-values.ts';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { nodeError } from './error.ts';
import { hostFor, type OperatorOptions } from './host.ts';
import { readParameters } from './parameters.ts';

/** A query that fills a dropdown or a form. */
export interface VendorQuery<T> {
  service: Service;
  /** The fields of the form. */
  fields: Fields;
  /** Fields that must be filled in first. */
  needs: readonly string[];
  /** The result until they are filled in. Default: an error that says what to do. */
  empty?: T;
  operatorOptions?: OperatorOptions;
  load(input: RawInput, context: Context): Promise<T>;
}

const isFilled = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** The error of a list that depends on an empty field. */
function needed(label: string): PipewrightError {
  const noun = label.replace(/ ID$/, '').toLowerCase();
  return new PipewrightError({
    code: 'invalid-input',
    message: `Select a ${noun} first`,
    hint: `The list depends on the field ${label}.`,
  });
}

/** Queries the vendor with the form as filled in so far. */
export async function queryVendor<T>(
  context: ILoadOptionsFunctions,
  { service, fields, needs, empty, operatorOptions, load }: VendorQuery<T>,
): Promise<T> {
  try {
    const current = context.getCurrentNodeParameters() ?? {};
    const input = withIds(
      fields,
      readParameters(fields, (name, fallback) => current[name] ?? fallback),
    );
    const missing = needs.find((field) => !isFilled(input[field]));
    if (missing !== undefined) {
      if (empty) return empty;
      throw needed(describeField(fields[missing] as Field).label);
    }
    const operationContext: Context = {
      host: hostFor(context, service.connection, operatorOptions),
      connection: await readConnection(context, service.connection),
    };
    return await concealing(service, operationContext, (concealed) => load(input, concealed));
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}
