import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { describeCredential } from '../../../n8n-nodes/adapter/credential.ts';
import { describeProperties } from '../../../n8n-nodes/adapter/operation-properties.ts';
import { describeTriggerProperties } from '../../../n8n-nodes/adapter/trigger-properties.ts';
import { describeFieldOn, type Fields, type ShownField } from '../../../shared/src/define/fields.ts';
import { wordingFor } from '../../../shared/src/host/wording.ts';
import type { Service } from '../../../shared/src/define/service.ts';

type Platform = 'n8n' | 'zapier';

/** A text on the screen of a platform, and where it is. */
export interface ShownText {
  where: string;
  text: string;
}

/** A field on the screen of a platform, and where it is. */
export interface PlacedField {
  where: string;
  field: ShownField;
}

const placed = (platform: Platform, where: string, fields: Fields): PlacedField[] =>
  Object.entries(fields)
    .map(([name, field]) => ({ where: `${where}: ${name}`, field: describeFieldOn(platform, field) }))
    .filter(({ field }) => field.notOn?.[platform] === undefined);

/** The input fields of a service on a platform: of its connection, operations and triggers. */
export function inputFields(platform: Platform, { connection, operations, triggers }: Service): PlacedField[] {
  return [
    ...placed(platform, connection.name, connection.fields),
    ...[...operations, ...triggers].flatMap(({ name, input }) => placed(platform, name, input)),
  ];
}

/** The output fields of a service on a platform. */
export function outputFields(platform: Platform, { operations, triggers }: Service): PlacedField[] {
  return [...operations, ...triggers].flatMap(({ name, output }) => placed(platform, name, output));
}

function textsOfProperty(where: string, property: INodeProperties): ShownText[] {
  const { name, displayName, description, hint, placeholder, options = [], typeOptions, modes = [] } = property;
  const here = `${where}: ${name}`;
  const own = [displayName, description, hint, placeholder, typeOptions?.multipleValueButtonText].filter(
    (text) => typeof text === 'string',
  );
  return [
    ...own.map((text) => ({ where: here, text })),
    ...modes.flatMap((mode) =>
      [mode.displayName, mode.placeholder, mode.hint].flatMap((text) =>
        typeof text === 'string' ? [{ where: here, text }] : [],
      ),
    ),
    ...options.flatMap((option): ShownText[] => {
      if ('values' in option)
        return [
          { where: here, text: option.displayName },
          ...option.values.flatMap((value) => textsOfProperty(here, value)),
        ];
      if ('type' in option) return textsOfProperty(here, option);
      const { name: label, description: text, action } = option as INodePropertyOptions;
      return [label, text, action].flatMap((shown) => (shown ? [{ where: here, text: shown }] : []));
    }),
  ];
}

/** Every text of a service in the forms of n8n, those of the adapter included. */
export function n8nTexts(service: Service): ShownText[] {
  const { name, description, connection, operations, triggers } = service;
  const ofKind = (how: 'webhook' | 'polling') => triggers.filter((trigger) => trigger.how === how);
  const properties = [
    ...(operations.length > 0 ? describeProperties(service) : []),
    ...(['webhook', 'polling'] as const).flatMap((how) =>
      ofKind(how).length > 0 ? describeTriggerProperties(ofKind(how), service) : [],
    ),
  ];
  return [
    { where: name, text: description },
    ...properties.flatMap((property) => textsOfProperty(name, property)),
    ...describeCredential(connection).flatMap((property) => textsOfProperty(connection.name, property)),
    ...outputFields('n8n', service).flatMap(textsOfField),
  ];
}

function textsOfField({ where, field: { label, help, placeholder, options = [] } }: PlacedField): ShownText[] {
  return [label, help, placeholder, ...options.map((option) => option.label)].flatMap((text) =>
    text ? [{ where, text }] : [],
  );
}

/** Every text of a service in the forms of Zapier. */
export function zapierTexts(service: Service): ShownText[] {
  const { name, description, connection, operations, triggers } = service;
  return [
    { where: name, text: description },
    { where: connection.name, text: connection.description },
    ...[...operations, ...triggers].map((described) => ({ where: described.name, text: described.description })),
    ...triggers.flatMap((trigger) =>
      trigger.how === 'webhook' && !trigger.subscriber && trigger.directions
        ? [{ where: trigger.name, text: wordingFor(trigger.directions, 'zapier') }]
        : [],
    ),
    ...[...inputFields('zapier', service), ...outputFields('zapier', service)].flatMap(textsOfField),
  ];
}
