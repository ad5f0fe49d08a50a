import { PipewrightError } from '../../host/error.ts';
import { service } from './api.ts';

/** A parameter as the API takes it. */
interface NotebookParameter {
  value: string | number | boolean;
  type: 'string' | 'int' | 'float' | 'bool';
}

/** The type of a value follows its JSON type: text stays text, also if it contains digits only. */
function typed(name: string, value: unknown): NotebookParameter {
  if (typeof value === 'string') return { value, type: 'string' };
  if (typeof value === 'boolean') return { value, type: 'bool' };
  if (typeof value === 'number') return { value, type: Number.isInteger(value) ? 'int' : 'float' };
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The parameter “${name}” must be text, a number, true or false.`,
    hint: 'Pass a list or an object as JSON text, and parse it in the notebook.',
  });
}

/**
 * The parameters of a notebook with their types.
 * @throws PipewrightError `invalid-input` for a list or an object
 */
export const typedParameters = (parameters: Record<string, unknown>): Record<string, NotebookParameter> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, typed(name, value)]));
