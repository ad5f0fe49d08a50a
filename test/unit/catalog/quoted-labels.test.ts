import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '../../../shared/src/catalog.ts';
import { wordingFor, type Wording } from '../../../shared/src/host/wording.ts';
import { describeField, type Field } from '../../../shared/src/define/fields.ts';

const sources = join(import.meta.dirname, '../../../shared/src');

const onBoth = (wording: Wording): string[] => [wordingFor(wording, 'n8n'), wordingFor(wording, 'zapier')];

/** The label of a field and those of its options. */
function labelsOf(field: Field): string[] {
  const { label, options = [] } = describeField(field);
  return [label, ...options.flatMap((option) => onBoth(option.label))];
}

const labels = new Set(
  services.flatMap(({ connection, operations, triggers }) =>
    [connection.fields, ...[...operations, ...triggers].map(({ input }) => input)]
      .flatMap((fields) => Object.values(fields))
      .flatMap(labelsOf),
  ),
);

/** A phrase of a message or hint that names a field, and the name: words in Title Case. */
const name = String.raw`((?:[A-Z][\w-]*|NULL)(?: (?:(?:on|of|in|for|the) )?[A-Z][\w-]*)*(?: \((?:%|Minutes|Seconds)\))?)`;
const phrases = [
  new RegExp(String.raw`(?:[hH]int|n8n|zapier)?['\x60.] ?Check ${name}(?=[.,:;]| and | in )`, 'g'),
  new RegExp(String.raw`\b[Cc]hoose ${name}(?=[.,']| under | or | if )`, 'g'),
  new RegExp(String.raw`\bFill in ${name}(?=[.,]| or )`, 'g'),
  new RegExp(String.raw`\b(?:[Tt]urn (?:on|off)|[Ii]ncrease|[Ss]et) ${name}(?= to |[.,;']| and )`, 'g'),
  new RegExp(String.raw`\b[Ss]et [A-Z][\w ]* to ${name}(?=[.,;'])`, 'g'),
  new RegExp(String.raw`\b[Ee]nter [^.'\n]* (?:under|in|as) ${name}(?=[.,;'])`, 'g'),
  new RegExp(String.raw`[\x60']“${name}” (?:is missing|must|cannot|is not)`, 'g'),
];

/** Names on the screens of vendors, in n8n itself, or of products. */
const foreign = new Set(['NULL', 'Microsoft Entra ID', ...services.map(({ name: service }) => service)]);

it('Every field that an error or a hint names exists under this label', () => {
  const unknown = globSync('**/*.ts', { cwd: sources }).flatMap((file) => {
    const text = readFileSync(join(sources, file), 'utf8');
    return phrases
      .flatMap((phrase) => [...text.matchAll(phrase)].map(([, found = '']) => found))
      .filter((found) => !labels.has(found) && !foreign.has(found))
      .map((found) => `${file}: ${found}`);
  });
  expect(unknown).toEqual([]);
});
