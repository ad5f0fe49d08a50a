import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';
import type { FieldMetadata } from '../../shared/src/define/fields.ts';
import { listMethod } from './names.ts';

const example = (text: string): string => `e.g. ${text}`;

/** How long a list may load before n8n shows another way to enter the value. */
const slowLoadMs = 10_000;

/** The modes of a resource locator: From List if there is a list, By ID, Name or Path, and By URL if URLs contain it. */
function modesOf({ label, placeholder, choices, idFromUrl, identifier = 'ID' }: FieldMetadata): INodePropertyMode[] {
  const modes: INodePropertyMode[] = [];
  const noun = label.replace(/ (ID|Path)$/, '');
  if (choices) {
    modes.push({
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: `Select ${noun.toLowerCase()}…`,
      typeOptions: {
        searchListMethod: listMethod(choices),
        searchable: true,
        slowLoadNotice: {
          message: `If loading takes too long, enter the ${identifier === 'ID' ? identifier : identifier.toLowerCase()} under “By ${identifier}” instead`,
          timeout: slowLoadMs,
        },
      },
    });
  }
  modes.push({
    displayName: `By ${identifier}`,
    // n8n shows “By ID” for every mode called id, whatever its display name.
    name: identifier.toLowerCase(),
    type: 'string',
    ...(placeholder ? { placeholder: example(placeholder) } : {}),
  });
  if (idFromUrl) {
    modes.push({
      displayName: 'By URL',
      name: 'url',
      type: 'string',
      placeholder: example(idFromUrl.example),
      hint: `The URL of its page; the ${identifier === 'ID' ? identifier : identifier.toLowerCase()} is extracted from it`,
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
