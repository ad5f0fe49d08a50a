import { logsIn, type Connection } from '../../shared/src/define/connection.ts';
import { describeField, type Fields } from '../../shared/src/define/fields.ts';
import { platformsOf } from '../../shared/src/define/platforms.ts';
import { wordingFor, type Platform, type Wording } from '../../shared/src/host/wording.ts';
import type { Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';

const platformNames: Record<Platform, string> = { n8n: 'n8n', zapier: 'Zapier', cli: 'command line' };
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A text of the forms; where n8n and Zapier use different words, both. */
function perPlatform(wording: Wording): string {
  if (typeof wording === 'string') return wording;
  return (['n8n', 'zapier'] as const).map((platform) => `${platformNames[platform]}: ${wording[platform]}`).join(' ');
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
      field.options ? `One of: ${field.options.map(({ label }) => perPlatform(label)).join(', ')}.` : '',
      field.choices ? 'Can be picked from a list.' : '',
      field.default === undefined
        ? ''
        : `Default: ${String(field.options?.find(({ value }) => value === field.default)?.label ?? field.default)}.`,
      ...(field.options ?? []).flatMap(({ label, notOn }) =>
        Object.entries(notOn ?? {}).map(
          ([platform, reason]) => `${label} not on ${platformNames[platform as Platform]}: ${reason}`,
        ),
      ),
      ...Object.entries(field.notOn ?? {}).map(
        ([platform, reason]) => `Not on ${platformNames[platform as Platform]}: ${reason}`,
      ),
    ];
    const needed = field.required ? 'yes' : field.advanced ? 'no (option)' : 'no';
    return [field.label, `\`${name}\``, field.kind, needed, notes.filter((note) => note !== '').join(' ')];
  });
  return table(['Field', 'Key', 'Type', 'Needed', 'What to fill in'], rows);
}

function outputs(fields: Fields): string[] {
  return table(
    ['Output', 'Key', 'Type'],
    Object.entries(fields).map(([name, schema]) => [
      describeField(schema).label,
      `\`${name}\``,
      describeField(schema).kind,
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
      ? [`Setup: ${perPlatform(operation.directions)}`, '']
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
    `More: <${connection.documentationUrl}>`,
    '',
    ...inputs(connection.fields),
  ];
}

/** The reference page of a service, in Markdown. */
export function writeReference(service: Service): string {
  const missing = Object.entries(service.missing ?? {}).map(
    ([platform, reason]) => `Not on ${platformNames[platform as Platform]}: ${reason}`,
  );
  const lines = [
    '<!-- Generated from the definitions in shared/src; change those and run `npm run build`. -->',
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
