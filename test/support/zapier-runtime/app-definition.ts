/** The part of an app's definition that Zapier's editor and engine use; functions appear as `$func$2$f$`. */
export interface AppDefinition {
  version: string;
  platformVersion: string;
  authentication?: { type: string; fields?: FieldDefinition[]; test?: unknown; connectionLabel?: string };
  triggers?: Record<string, ActionDefinition>;
  creates?: Record<string, ActionDefinition>;
  searches?: Record<string, ActionDefinition>;
  hydrators?: Record<string, unknown>;
}

/** The section of the definition that contains an action. */
export type ActionKind = 'triggers' | 'creates' | 'searches';

export interface ActionDefinition {
  key: string;
  noun: string;
  display: { label: string; description: string; hidden?: boolean };
  operation: {
    type?: 'polling' | 'hook' | 'hook_to_poll';
    inputFields?: (FieldDefinition | string)[];
    outputFields?: (FieldDefinition | string)[];
    sample?: Record<string, unknown>;
    perform?: unknown;
    performList?: unknown;
    performSubscribe?: unknown;
    performUnsubscribe?: unknown;
    performResume?: unknown;
  };
}

export interface FieldDefinition {
  key: string;
  label?: string;
  type?: string;
  required?: boolean;
  helpText?: string;
  default?: string;
  primary?: boolean;
  dependsOn?: string[];
  /** `TRIGGER.ID_FIELD.LABEL_FIELD`: the choices are the items of a polling trigger. */
  dynamic?: string;
  choices?: string[] | { value: string; label: string; sample?: string }[] | Record<string, unknown>;
  [property: string]: unknown;
}

/** An action of the app and its section. Throws when there is none, or when the key alone is ambiguous. */
export function findAction(
  definition: AppDefinition,
  key: string,
  kind?: ActionKind,
): { kind: ActionKind; action: ActionDefinition; path: string } {
  const kinds: ActionKind[] = kind ? [kind] : ['triggers', 'creates', 'searches'];
  const found = kinds.filter((candidate) => definition[candidate]?.[key]);
  const [first, second] = found;
  const action = first && definition[first]?.[key];
  if (!first || !action) throw new Error(`The app has no ${kind ?? 'action'} "${key}".`);
  if (second) throw new Error(`"${key}" is in ${first} and in ${second}: say which one is meant.`);
  return { kind: first, action, path: `${first}.${key}.operation` };
}

/** The output fields that identify the items of a polling trigger; empty means `id`. */
export function primaryFields(action: ActionDefinition): string[] {
  return (action.operation.outputFields ?? []).flatMap((field) =>
    typeof field !== 'string' && field.primary ? [field.key] : [],
  );
}
