import { setTimeout as pause } from 'node:timers/promises';
import type { Bundle, PlainOutputField, ZObject } from 'zapier-platform-core';
import { concealing } from '../../shared/src/define/conceal.ts';
import type { DeclaredValue, DeclaredValues } from '../../shared/src/define/declared-values.ts';
import { describeField } from '../../shared/src/define/fields.ts';
import type { Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { callService } from './call.ts';
import { outputFieldsOf } from './output-fields.ts';
import type { Settings } from './settings.ts';

/** An output field, or a function that returns it for the form as filled in so far. */
type OutputField = PlainOutputField | ((z: ZObject, bundle: Bundle) => Promise<PlainOutputField[]>);

/** How long the editor waits for the columns, in milliseconds; it then shows those of the sample. */
const maxWaitMs = 8_000;

/** Maximum number of columns; Zapier accepts 1,000 fields of a step. */
const maxColumns = 900;

/** The output fields of an operation. A list whose columns depend on the input has the columns of the user's own file. */
export function declaredOutputsOf({ output, sample }: Operation, service: Service, settings: Settings): OutputField[] {
  const fixed = outputFieldsOf(output, sample);
  const declaredOf = ({ key }: PlainOutputField) => output[key] && describeField(output[key]).declared;
  if (!fixed.some(declaredOf)) return fixed;
  return fixed.map((field) => {
    const declared = declaredOf(field);
    return declared ? listOf(field, declared, service, settings) : field;
  });
}

function listOf(field: PlainOutputField, declared: DeclaredValues, service: Service, settings: Settings): OutputField {
  return async (z, bundle) => {
    const input = bundle.inputData ?? {};
    if (declared.needs.some((name) => (input[name] ?? '') === '')) return [field];
    const columns = await callService({ z, bundle, settings, service }, (context) =>
      Promise.race([
        concealing(service, context, (concealed) => declared.load(input, concealed)),
        pause<DeclaredValue[]>(maxWaitMs, [], { ref: false }),
      ]),
    ).catch(() => []);
    if (columns.length === 0) return [field];
    return [{ ...field, children: columns.slice(0, maxColumns).map(({ name }) => ({ key: name, label: name })) }];
  };
}
