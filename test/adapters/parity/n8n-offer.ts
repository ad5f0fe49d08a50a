import type { INodeProperties, INodePropertyOptions, INodeType } from 'n8n-workflow';
import type { PackageContent } from '../n8n/read-package.ts';
import type { Offer, Offered, OfferedField } from './offer.ts';

/** Properties that select the operation or contain other properties; they are not fields of an operation. */
const scaffold = new Set(['resource', 'operation', 'event', 'options']);

/** Properties that only n8n has, each with the reason. */
const onlyInN8n: Record<string, string> = {
  testWith: 'The Zap editor offers recent events and the sample by itself.',
  reportRejectedEvents:
    'Zapier writes the reason of a rejection to the log of the Zap and offers apps no other way to report it.',
  simplify: 'In Zapier, every output is a field that the user can map, so nothing needs to be left out.',
  outputBinaryField:
    'In Zapier a file is an output field; n8n stores it as binary data under a name that can be chosen.',
};

const isShown = (property: INodeProperties, chosen: Record<string, string>): boolean =>
  Object.entries(property.displayOptions?.show ?? {}).every(
    ([name, values]) => !(name in chosen) || (values as unknown[]).includes(chosen[name]),
  );

const textOptions = ({ type, options = [] }: INodeProperties): string[] =>
  type === 'options' ? options.map(({ name }) => name).filter((name) => name !== 'Not Set') : [];

/** A name-value field has three or four properties; the one for rows has the name of the field. */
const isSecondForm = (name: string, all: readonly INodeProperties[]): boolean =>
  all.some(
    (other) =>
      other.type === 'fixedCollection' && ['Mode', 'Json', 'Form'].some((form) => name === `${other.name}${form}`),
  );

function fieldsOf(properties: readonly INodeProperties[]): Record<string, OfferedField> {
  const own = properties.flatMap((property) =>
    property.name === 'options' && property.type === 'collection'
      ? (property.options as INodeProperties[])
      : [property],
  );
  return Object.fromEntries(
    own
      .filter(
        ({ name, type }) =>
          !scaffold.has(name) && !(name in onlyInN8n) && type !== 'notice' && !isSecondForm(name, own),
      )
      .map((property) => [
        property.name,
        {
          label: property.displayName,
          help: property.description ?? '',
          options: textOptions(property),
          required: property.required === true,
        },
      ]),
  );
}

function operationsOf({ description: { defaults, properties } }: INodeType): [string, Offered][] {
  const choices = properties.filter(({ name }) => name === 'operation');
  return choices.flatMap((choice) =>
    (choice.options as INodePropertyOptions[]).map((option): [string, Offered] => {
      const resource = String(choice.displayOptions?.show?.['resource']?.[0]);
      const shown = properties.filter((property) => isShown(property, { resource, operation: String(option.value) }));
      return [`${option.name} in ${defaults.name}`, { description: option.description ?? '', fields: fieldsOf(shown) }];
    }),
  );
}

function triggersOf({ description }: INodeType): [string, Offered][] {
  const service = String(description.defaults.name).replace(/( Polling)? Trigger$/, '');
  const events = description.properties.find(({ name }) => name === 'event');
  if (!events) {
    // The subtitle of a node with a single event contains its name.
    const [, name] = /\["([^"]+)"/.exec(description.subtitle ?? '') ?? [];
    return [[`${name} in ${service}`, { description: '', fields: fieldsOf(description.properties) }]];
  }
  return (events.options as INodePropertyOptions[]).map((option) => {
    const shown = description.properties.filter((property) => isShown(property, { event: String(option.value) }));
    return [`${option.name} in ${service}`, { description: option.description ?? '', fields: fieldsOf(shown) }];
  });
}

/** The operations and triggers of built packages. */
export function n8nOffer(packages: readonly PackageContent[]): Offer {
  const nodes = packages.flatMap(({ nodes }) => Object.values(nodes));
  return Object.fromEntries(
    nodes.flatMap((node) => (node.description.group.includes('trigger') ? triggersOf(node) : operationsOf(node))),
  );
}

/** The credentials of built packages, by name. */
export function n8nConnections(packages: readonly PackageContent[]): Offer {
  const credentials = packages.flatMap((content) => Object.values(content.credentials));
  return Object.fromEntries(
    credentials.map(({ displayName, properties }) => [
      displayName.replace(/^Pipewright /, ''),
      {
        description: properties.find(({ name }) => name === 'notice')?.displayName ?? '',
        fields: fieldsOf(properties),
      },
    ]),
  );
}
