import { services } from '../../../shared/src/catalog.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import { inputFields, n8nTexts, outputFields, zapierTexts, type ShownText } from './shown-texts.ts';

/** The parts of a text in which platform terms are allowed: code, URLs and names given by a vendor. */
const foreign = /`[^`]*`|https?:\/\/\S+|<a [^>]*>/g;

/** Words that are also vendor terms, by service key. */
const vendorTerms: Record<string, RegExp> = {
  databricks: /\b(job )?tasks?\b/gi,
  fabric: /\bitems?\b/gi,
};

const zapierWords = /\b(Zapier|Zaps?|tasks?|Paths)\b|Custom webhook URL/i;
const n8nWords = /\bn8n\b|\b(workflows?|expressions?|credentials?|items?|executions?)\b/i;

const mentions = (texts: ShownText[], words: RegExp, { key }: Service): string[] =>
  texts
    .filter(({ text }) => words.test(text.replace(foreign, '').replace(vendorTerms[key] ?? /(?!)/, '')))
    .map(({ where, text }) => `${where}: ${text}`);

/** Words that stay in lower case within a title. */
const minorWords = new Set(
  'a an and as at but by for from if in into nor of off on or per so than the to up via vs with yet'.split(' '),
);

/** Names written in lower case. */
const lowerCaseNames = new Set(['dbt', 'n8n', 'pg_cron']);

function isTitleCase(label: string): boolean {
  const words = label.replace(/\([^)]*\)|“[^”]*”|"[^"]*"/g, '').split(/[\s/]+/);
  return words.every(
    (word, index) =>
      !/^[a-z]/.test(word) ||
      lowerCaseNames.has(word.replace(/[:,]$/, '')) ||
      (index > 0 && minorWords.has(word)) ||
      /[.=<>_]/.test(word),
  );
}

/** Abbreviations with a period that does not end a sentence. */
const abbreviations = /\b(e\.g|i\.e|etc|vs)\./gi;

const sentencesIn = (text: string): number =>
  text
    .replace(abbreviations, '')
    .split(/[.!?](?=\s+[A-Z“(]|$)/)
    .filter((sentence) => sentence.trim() !== '').length;

/** Labels that need no description, because users know such values. */
const selfExplaining: Record<string, RegExp> = {
  'names of encodings': /^(Automatic \(UTF-8|UTF-|Windows-|ISO[ -]|KOI8|IBM|Mac OS|Shift JIS|EUC-|GB18030|Big5)/i,
  characters: /\((.|tab|\\t)\)$|^(Comma|Semicolon|Tab|Pipe|Tabulator|Vertical Bar)\b/i,
  'file formats': /^(CSV|JSON|JSON Lines|XLSX|Excel|Parquet|PDF|PNG|XML)\b/i,
  'names of databases': /^(PostgreSQL|MySQL|MariaDB|SQL Server|SQLite)\b/,
  'clouds, regions and languages':
    /^(Azure|Public|China|US Government|Germany|Europe|United States|Python|Scala|Java|R|SQL)\b/,
  'events and states':
    /^(Any|All|Succeeded|Failed|Cancelled|Canceled|Success|Error|Started|Completed|Running|Queued)\b/,
  'levels of severity': /^Sev\d\b|^(Critical|Warning|Informational|Verbose)\b/,
  'TLS modes': /^(Required|Preferred|Disabled|Verify)/,
  numbers: /^\d/,
  'sizes with their numbers': /\(\d+ v?Cores, \d+ GB\)$/,
};

const needsDescription = (label: string): boolean =>
  !Object.values(selfExplaining).some((pattern) => pattern.test(label));

/** Every rule, with the violations in one service. */
const rules: Record<string, (service: Service) => string[]> = {
  'no text in n8n uses the words of Zapier': (service) => mentions(n8nTexts(service), zapierWords, service),
  'no text in Zapier uses the words of n8n': (service) => mentions(zapierTexts(service), n8nWords, service),
  'every label is in Title Case': (service) =>
    [...inputFields('n8n', service), ...inputFields('zapier', service), ...outputFields('n8n', service)]
      .flatMap(({ where, field: { label, options = [] } }) =>
        [label, ...options.map((option) => option.label)].map((text) => ({ where, text })),
      )
      .filter(({ text }) => !isTitleCase(text))
      .map(({ where, text }) => `${where}: ${text}`),
  'no help in Zapier has more than two sentences': (service) =>
    inputFields('zapier', service)
      .filter(({ field: { help = '' } }) => sentencesIn(help) > 2)
      .map(({ where, field: { help } }) => `${where}: ${help}`),
  'every boolean in n8n is described with "Whether to"': (service) =>
    inputFields('n8n', service)
      .filter(({ field: { kind, help = '' } }) => kind === 'boolean' && !help.startsWith('Whether to '))
      .map(({ where, field: { help } }) => `${where}: ${help}`),
  'no help in Zapier is a fragment that starts with "Whether"': (service) =>
    inputFields('zapier', service)
      .filter(({ field: { help = '' } }) => /^Whether\b/.test(help))
      .map(({ where, field: { help } }) => `${where}: ${help}`),
  'every dropdown option in n8n has a description or a label that explains itself': (service) =>
    inputFields('n8n', service).flatMap(({ where, field: { options = [] } }) =>
      options
        .filter(({ label, description }) => !description && needsDescription(label))
        .map(({ label }) => `${where}: ${label}`),
    ),
};

describe.each(Object.entries(rules))('%s', (_rule, violationsIn) => {
  it.each(services.map((service) => [service.name, service] as const))('in %s', (_name, service) => {
    const violations = [...new Set(violationsIn(service))];
    expect(violations).toEqual([]);
  });
});
