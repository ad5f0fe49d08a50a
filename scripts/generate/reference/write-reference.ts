import { logsIn, type Connection } from '../../../shared/src/define/connection.ts';
import { describeField, type FieldMetadata, type Fields } from '../../../shared/src/define/fields.ts';
import { platformsOf } from '../../../shared/src/define/platforms.ts';
import { sameWording, whether, type Platform, type Wording } from '../../../shared/src/host/wording.ts';
import type { Operation } from '../../../shared/src/define/operation.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import type { Trigger } from '../../../shared/src/define/trigger.ts';

const platformNames: Record<Platform, string> = { n8n: 'n8n', zapier: 'Zapier', cli: 'command line' };
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const formPlatforms = ['n8n', 'zapier'] as const;

/** A text from the forms; both versions if n8n and Zapier differ by more than n8n's "Whether to". */
function perPlatform(wording: Wording): string {
  if (typeof wording === 'string') return wording;
  if (sameWording(wording, whether(wording.zapier.slice(0, 1).toLowerCase() + wording.zapier.slice(1))))
    return wording.zapier;
  const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
  return formPlatforms.map((platform) => `${platformNames[platform]}: ${sentence(wording[platform])}`).join(' ');
}

/** A label within a sentence; both versions if n8n and Zapier differ. */
function labelOf(wording: Wording): string {
  return typeof wording === 'string' ? wording : `${wording.n8n} (n8n) or ${wording.zapier} (Zapier)`;
}

/** The type of a field as shown in a table. */
const typeOf = ({ kind, fractional }: FieldMetadata): string => (fractional ? 'number' : kind);

/** The setup of a trigger: its numbered steps, in a section per platform if they differ. */
function setup(directions: Wording): string[] {
  const section = (title: string, text: string): string[] => [
    `### ${title}`,
    '',
    // A blank line before the first step makes the steps a list in Markdown.
    text.replace(/\n(?=1\. )/, '\n\n'),
    '',
  ];
  if (typeof directions === 'string') return section('Setup', directions);
  return formPlatforms.flatMap((platform) => section(`Setup in ${platformNames[platform]}`, directions[platform]));
}

function table(head: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line), ''];
}

function inputs(fields: Fields): string[] {
  const rows = Object.entries(fields).map(([name, schema]) => {
    const field = describeField(schema);
    const notes = [
      field.help === undefined ? '' : perPlatform(field.help),
      field.options ? `One of: ${field.options.map(({ label }) => labelOf(label)).join(', ')}.` : '',
      field.choices ? 'Selectable from a list.' : '',
      field.default === undefined
        ? ''
        : `Default: ${labelOf(field.options?.find(({ value }) => value === field.default)?.label ?? String(field.default))}.`,
      ...(field.options ?? []).flatMap(({ label, notOn }) =>
        Object.entries(notOn ?? {}).map(
          ([platform, reason]) =>
            `${labelOf(label)} is not available on ${platformNames[platform as Platform]}: ${reason}`,
        ),
      ),
      ...Object.entries(field.notOn ?? {}).map(
        ([platform, reason]) => `Not available on ${platformNames[platform as Platform]}: ${reason}`,
      ),
    ];
    const required = field.required ? 'yes' : field.advanced ? 'no (option)' : 'no';
    return [field.label, `\`${name}\``, typeOf(field), required, notes.filter((note) => note !== '').join(' ')];
  });
  return table(['Field', 'Key', 'Type', 'Required', 'Description'], rows);
}

function outputs(fields: Fields): string[] {
  return table(
    ['Output', 'Key', 'Type'],
    Object.entries(fields).map(([name, schema]) => [
      describeField(schema).label,
      `\`${name}\``,
      typeOf(describeField(schema)),
    ]),
  );
}

function describe(service: Service, operation: Operation | Trigger): string[] {
  const platforms = platformsOf(service, operation.kind)
    .map((platform) => platformNames[platform])
    .join(', ');
  const nature = operation.kind === 'trigger' ? `trigger (${operation.how})` : `${operation.kind}, ${operation.effect}`;
  const directions =
    operation.kind === 'trigger' && operation.how === 'webhook' && operation.directions
      ? [...setup(operation.directions), '### Fields', '']
      : [];
  return [
    `## ${operation.name}`,
    '',
    operation.description,
    '',
    `\`${service.key}.${operation.key}\` · ${nature} · ${platforms}`,
    '',
    ...directions,
    ...inputs(operation.input),
    ...outputs(operation.output),
    'Sample:',
    '',
    '```json',
    JSON.stringify(operation.sample, null, 2),
    '```',
    '',
  ];
}

function describeConnection(connection: Connection): string[] {
  return [
    `## Connection: ${connection.name}`,
    '',
    connection.description,
    '',
    `Documentation: <${connection.documentationUrl}>`,
    '',
    ...inputs(connection.fields),
  ];
}

/** The reference page of a service, in Markdown. */
export function writeReference(service: Service): string {
  const missing = Object.entries(service.missing ?? {}).map(
    ([platform, reason]) => `Not available on ${platformNames[platform as Platform]}: ${reason}`,
  );
  const lines = [
    '<!-- Generated by npm run build from shared/src; do not edit. -->',
    '',
    `# ${service.name}`,
    '',
    service.description,
    '',
    ...missing,
    ...(logsIn(service.connection) ? describeConnection(service.connection) : []),
    ...service.triggers.flatMap((trigger) => describe(service, trigger)),
    ...service.operations.flatMap((operation) => describe(service, operation)),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
