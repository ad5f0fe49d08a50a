import { PipewrightError } from '../host/error.ts';

/** For `catch`: undefined if the vendor has no such object (any more). @throws the error otherwise */
export function ignoreNotFound(error: unknown): undefined {
  if (error instanceof PipewrightError && error.code === 'not-found') return undefined;
  throw error;
}
