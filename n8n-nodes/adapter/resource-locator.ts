import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';
import type { FieldMetadata } from '../../shared/src/define/fields.ts';
import { listMethod } from './names.ts';

const example = (text: string): string => `e.g. ${text}`;

/** The modes of a resource locator: From List if there is a list, By ID, and By URL if URLs contain the ID. */
function modesOf({ label, placeholder, choices, idFromUrl }: FieldMetadata): INodePropertyMode[] {
  const modes: INodePropertyMode[] = [];
  if (choices) {
    modes.push({
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: `Select ${label.toLowerCase()}…`,
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
      hint: 'The URL of its page; the ID is extracted from it',
      validation: [
        {
          type: 'regex',
          properties: {
            regex: 'https?://.+',
            errorMessage: 'Not a valid URL: it must start with https://',
          },
        },
      ],
    });
  }
  return modes;
}

/**
 * The parameter for a field that identifies something at the vendor. URLs are passed on unchanged: the core extracts the ID.
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
