import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';
import type { FieldMetadata } from '../../shared/src/define/fields.ts';
import { listMethod } from './names.ts';

const example = (text: string): string => `e.g. ${text}`;

/**
 * The modes of a resource locator: from list where the vendor lists, by ID always, by URL where its pages name the ID.
 */
function modesOf({ label, placeholder, choices, idFromUrl }: FieldMetadata): INodePropertyMode[] {
  const modes: INodePropertyMode[] = [];
  if (choices) {
    modes.push({
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: `Select a ${label.toLowerCase()}…`,
      typeOptions: { searchListMethod: listMethod(choices), searchable: true },
    });
  }
  modes.push({
    displayName: 'By ID',
    name: 'id',
    type: 'string',
    ...(placeholder ? { placeholder: example(placeholder) } : {}),
  });
  if (idFromUrl) {
    modes.push({
      displayName: 'By URL',
      name: 'url',
      type: 'string',
      placeholder: example(idFromUrl.example),
      hint: 'The address of its page; the ID is taken out of it',
      validation: [
        {
          type: 'regex',
          properties: {
            regex: 'https?://.+',
            errorMessage: 'That is no address of a page: it must start with https://',
          },
        },
      ],
    });
  }
  return modes;
}

/**
 * A field that names a thing at the vendor. The core takes the ID out of an address by itself, so an address passes as
 * it is.
 * @see https://docs.n8n.io/integrations/creating-nodes/build/reference/ui-elements/#resource-locator
 */
export function resourceLocator(
  info: FieldMetadata,
): Pick<INodeProperties, 'type' | 'default' | 'modes' | 'typeOptions'> {
  const modes = modesOf(info);
  const needs = info.choices?.needs ?? [];
  return {
    type: 'resourceLocator',
    default: { mode: modes[0]?.name ?? 'id', value: '' },
    modes,
    ...(needs.length > 0
      ? { typeOptions: { loadOptionsDependsOn: needs.flatMap((field) => [field, `${field}.value`]) } }
      : {}),
  };
}
