import { type ActionKind, type FieldDefinition, findAction } from './app-definition.ts';
import type { AppRunner, Data, StepSetup } from './app-runner.ts';

/** A field of an action, with the user's input so far. */
export interface FieldSetup extends StepSetup {
  /** Required when a trigger, an action or a search share the key. */
  kind?: ActionKind;
}

export interface Choice {
  value: string;
  label: string;
}

/** A page of a dropdown; `pagingToken` requests the next one and is null at the end. */
export interface ChoicePage {
  choices: Choice[];
  pagingToken: string | null;
}

/** The fields in the editor, including those that depend on other fields. */
export async function readFields(
  runner: AppRunner,
  which: 'inputFields' | 'outputFields',
  key: string,
  setup: FieldSetup,
): Promise<FieldDefinition[]> {
  const { action, path } = findAction(await runner.definition(), key, setup.kind);
  if (!action.operation[which]) return [];
  return (await runner.run(`${path}.${which}`, setup)).results as FieldDefinition[];
}

/**
 * The options of a dropdown in the editor: fixed choices, those of a function, or the items of the trigger that the field
 * refers to (`dynamic`). Throws when the action has no such field, or when the field is not a dropdown.
 */
export async function readChoices(
  runner: AppRunner,
  key: string,
  fieldKey: string,
  setup: FieldSetup & { page?: number; pagingToken?: string },
): Promise<ChoicePage> {
  const { action, path } = findAction(await runner.definition(), key, setup.kind);
  const fixedFields = (action.operation.inputFields ?? []).map((field) =>
    typeof field === 'string' ? undefined : field,
  );
  // The definition shows that choices come from a function; fields computed at run time lost this when serialized to JSON.
  const field =
    fixedFields.find((candidate) => candidate?.key === fieldKey) ??
    (await readFields(runner, 'inputFields', key, setup)).find((candidate) => candidate.key === fieldKey);
  if (!field) throw new Error(`"${key}" has no field "${fieldKey}".`);
  const meta = {
    isFillingDynamicDropdown: true,
    page: setup.page ?? 0,
    ...(setup.pagingToken && { paging_token: setup.pagingToken }),
  };

  if (field.dynamic) {
    const [triggerKey = '', idField = 'id', labelField = idField] = field.dynamic.split('.');
    const trigger = findAction(await runner.definition(), triggerKey, 'triggers');
    const { results } = await runner.run(`${trigger.path}.perform`, setup, { meta });
    return toPage(
      (results as Data[]).map((item) => ({ id: item[idField], label: item[labelField] })),
      null,
    );
  }
  if (isDynamic(field.choices)) {
    const index = fixedFields.indexOf(field);
    const { results } = await runner.run(`${path}.inputFields.${index}.choices.perform`, setup, { meta });
    if (Array.isArray(results)) return toPage(results as Data[], null);
    const page = results as { results?: Data[]; paging_token?: string | null };
    return toPage(page.results ?? [], page.paging_token ?? null);
  }
  if (!field.choices) throw new Error(`The field "${fieldKey}" of "${key}" is no dropdown.`);
  return { choices: fixedChoices(field.choices), pagingToken: null };
}

function isDynamic(choices: FieldDefinition['choices']): boolean {
  return typeof choices === 'object' && !Array.isArray(choices) && 'perform' in choices;
}

function fixedChoices(choices: NonNullable<FieldDefinition['choices']>): Choice[] {
  if (!Array.isArray(choices)) {
    return Object.entries(choices).map(([value, label]) => ({ value, label: String(label) }));
  }
  return choices.map((choice) =>
    typeof choice === 'string' ? { value: choice, label: choice } : { value: choice.value, label: choice.label },
  );
}

function toPage(items: Data[], pagingToken: string | null): ChoicePage {
  const choices = items.map(({ id, label }) => ({ value: String(id), label: String(label || id) }));
  return { choices, pagingToken };
}
