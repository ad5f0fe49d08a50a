import { describeField, type Field } from '../define/fields.ts';
import { filterPaths } from '../define/filter.ts';
import type { RawInput } from '../define/raw-input.ts';
import type { WebhookTrigger } from '../define/trigger.ts';
import { PipewrightError } from '../host/error.ts';

/** Kinds of outputs with values below them, whose names only the sender knows. */
const nested: readonly string[] = ['json', 'values'];

/**
 * Rejects a filter on an output that the trigger does not have, which would filter out every event.
 * @throws PipewrightError `invalid-input` that names the field and the existing ones
 */
export function checkFilter({ output, input }: WebhookTrigger, raw: RawInput): void {
  const kindOf = (name: string): string | undefined =>
    Object.hasOwn(output, name) ? describeField(output[name] as Field).kind : undefined;
  const unknown = filterPaths(raw['filter']).filter(([name = '', ...below]) => {
    const kind = kindOf(name);
    return kind === undefined || (below.length > 0 && !nested.includes(kind));
  });
  if (unknown.length === 0 || !input['filter']) return;
  const names = Object.keys(output).map((name) => (nested.includes(kindOf(name) ?? '') ? `${name}.…` : name));
  throw new PipewrightError({
    code: 'invalid-input',
    message: `“Filter” uses ${unknown.map((path) => `“${path.join('.')}”`).join(', ')}, which the events do not have, so no event would match.`,
    hint: `Use one of these names: ${names.join(', ')}.`,
  });
}
