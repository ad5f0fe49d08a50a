import { services } from '../../../shared/src/catalog.ts';
import { keyOf } from '../../../zapier-app/adapter/names.ts';
import type { ActionDefinition, FieldDefinition } from '../../support/zapier-runtime/app-definition.ts';
import type { ZapierBackend } from '../../support/zapier-runtime/zapier-backend.ts';
import type { Offer, Offered, OfferedField } from './offer.ts';

function fieldOf({ label, helpText, choices, required }: FieldDefinition): OfferedField {
  const options = Array.isArray(choices)
    ? choices.map((choice) => (typeof choice === 'string' ? choice : choice.label))
    : [];
  return { label: label ?? '', help: helpText ?? '', options, required: required === true };
}

/** All fields in the form of a step, including those that depend on a selection. */
async function fieldsOf(
  zapier: ZapierBackend,
  { key, operation }: ActionDefinition,
): Promise<Record<string, OfferedField>> {
  const fixed = (operation.inputFields ?? []).filter((field) => typeof field !== 'string');
  const choices = fixed.flatMap((field) =>
    Array.isArray(field.choices)
      ? field.choices.map((choice) => ({ [field.key]: typeof choice === 'string' ? choice : choice.value }))
      : field.type === 'boolean'
        ? [{ [field.key]: 'true' }, { [field.key]: 'false' }]
        : [],
  );
  const found: Record<string, OfferedField> = {};
  for (const inputData of [{}, ...choices]) {
    for (const field of await zapier.inputFields(key, { inputData })) found[field.key] = fieldOf(field);
  }
  return found;
}

/** The names of all steps as `Offer` has them, by key. A label is shorter where the app or the step already names the service. */
const names = new Map(
  services.flatMap((service) =>
    [...service.operations, ...service.triggers].map((described): [string, string] => [
      keyOf(service, described),
      `${described.name} in ${service.name}`,
    ]),
  ),
);

/** The steps of a built app. */
export async function zapierOffer(zapier: ZapierBackend): Promise<Offer> {
  const { triggers = {}, creates = {}, searches = {} } = await zapier.definition();
  const offer: Offer = {};
  for (const step of [triggers, creates, searches].flatMap((kind) => Object.values(kind))) {
    offer[names.get(step.key) ?? step.key] = {
      description: step.display.description,
      fields: await fieldsOf(zapier, step),
    };
  }
  return offer;
}

/** The groups in the connection form of a built app, by heading. */
export async function zapierConnections(zapier: ZapierBackend): Promise<Offer> {
  const { authentication } = await zapier.definition();
  const offer: Offer = {};
  let group: { prefix: string; offered: Offered } | undefined;
  for (const field of authentication?.fields ?? []) {
    if (field.type === 'copy') {
      const [, name = '', text = ''] = /^\*\*(.+?)\*\*\n\n([^]*)$/.exec(field.helpText ?? '') ?? [];
      group = { prefix: `${field.key}_`, offered: { description: text, fields: {} } };
      offer[name] = group.offered;
    } else if (group) {
      const offered = fieldOf(field);
      group.offered.fields[field.key.slice(group.prefix.length)] = offered;
    }
  }
  return offer;
}
