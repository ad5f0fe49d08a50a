import type { Output } from '../../shared/src/define/operation.ts';

/** The outputs with these names, in their order; all of them without names. */
export function simplified(result: Output, names: readonly string[] | undefined): Output {
  if (!names) return result;
  return Object.fromEntries(names.filter((name) => name in result).map((name) => [name, result[name]]));
}
