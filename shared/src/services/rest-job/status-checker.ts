import { PipewrightError } from '../../host/error.ts';
import type { Host } from '../../host/host.ts';
import { redact } from '../../host/redact.ts';
import type { Job } from './job.ts';
import { describeFields, hasField, wordAt } from './read-value.ts';

/** After how many answers in a row a wait ends that can never see the end of its run. */
const maxAnswers = 3;

/** The error for a status in no list, although the lists contain every status. */
export function unlistedStatus(tool: string, status: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service: tool,
    message: `The status is “${status}”, which is in no list of status words.`,
    hint: 'Add it to “Success Words”, “Failure Words”, “Canceled Words” or “Active Words” of this step.',
  });
}

/** The text in the log for a status in no list. */
export const unlistedNote = (tool: string, status: string): string =>
  `${tool}: the status “${status}” is in no list of status words, so the run counts as active.`;

/** How much of a status is repeated: the field may contain anything. */
const maxWord = 100;

/**
 * Checks the answers about one run of a tool that the user described. A mistake in the form would otherwise show only at the
 * timeout: the third answer in a row without the status field is refused, unless an earlier answer had it, and so is the third
 * one with a status in no list, if the lists contain every status. Without Active Words, such a status is active and logged.
 * @returns a function that takes each answer, and throws PipewrightError `invalid-input`
 */
export function statusChecker({ template, isDescribed }: Job, host: Pick<Host, 'log'>): (answer: unknown) => void {
  const { tool, run: shape } = template;
  const { status: fields, words, hasAllWords = false } = shape;
  const places = fields.map((field) => `“${field}”`).join(' or ');
  let withoutField = 0;
  let wasFound = false;
  let unknown = 0;
  const isUnknown = (word: string | undefined): word is string =>
    word !== undefined && !Object.hasOwn(words, word.toLowerCase());

  return (answer) => {
    if (!isDescribed || answer === null || typeof answer !== 'object') return;
    const isFound = fields.some((field) => hasField(answer, field));
    wasFound ||= isFound;
    withoutField = isFound ? 0 : withoutField + 1;
    if (!wasFound && withoutField >= maxAnswers)
      throw new PipewrightError({
        code: 'invalid-input',
        service: tool,
        message: `${maxAnswers} answers in a row have no status at ${places}. ${describeFields(answer)}`,
        hint: 'Correct “Status Field” of this step.',
      });
    const word = fields.map((field) => wordAt(answer, field)).find((one) => one !== undefined);
    unknown = isUnknown(word) ? unknown + 1 : 0;
    if (!isUnknown(word) || (hasAllWords && unknown < maxAnswers)) return;
    const shown = redact(word.slice(0, maxWord));
    if (hasAllWords) throw unlistedStatus(tool, shown);
    if (unknown === 1) host.log.warn(unlistedNote(tool, shown));
  };
}
