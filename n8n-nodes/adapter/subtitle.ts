import { describeField, type Fields } from '../../shared/src/define/fields.ts';
import type { Operation } from '../../shared/src/define/operation.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';
import { offeredFields } from './form.ts';
import { actionText } from './names.ts';

/**
 * What a subtitle says about one operation or event: the name that is shown until something is selected (`Run Pipeline`), the
 * text before the selected value (`run`), and the fields with this value, of which the first one with a value counts. A tuple,
 * because nested objects would contain the end of an expression.
 */
type Subtitle = [name: string, prefix: string, ...subjects: string[]];

/** `Job Run Finished (Polling)` → `job run finished`; an acronym at the beginning stays unchanged. */
function lowerCase(name: string): string {
  const text = actionText(name.replace(/ \(.*\)$/, ''));
  return /^\S*[A-Z]\S*[A-Z]/.test(text) ? text : `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

/**
 * The fields whose value says best what an operation works on, or a trigger listens to. Vendors nest their things, such as a
 * pipeline in a data factory, so later fields are more specific.
 */
function subjectsOf(fields: Fields, isTrigger: boolean): string[] {
  const shown = offeredFields(fields)
    .map(([name, field]) => ({ name, ...describeField(field) }))
    .filter(({ kind, advanced, shownWhen }) => (kind === 'text' || kind === 'list') && !advanced && !shownWhen);
  const identifying = shown.filter(({ choices, idFromUrl }) => choices || idFromUrl).reverse();
  const others = isTrigger
    ? shown.filter(({ kind }) => kind === 'list')
    : shown.filter(({ kind, required }) => kind === 'text' && required);
  const chosen = [...identifying.filter(({ required }) => isTrigger || required), ...others];
  return [...new Set(chosen.map(({ name }) => name))];
}

function subtitleOf(choice: Operation | Trigger): Subtitle {
  const isTrigger = choice.kind === 'trigger';
  const prefix = lowerCase(choice.name);
  return [choice.name, isTrigger ? prefix : (prefix.split(' ')[0] ?? ''), ...subjectsOf(choice.input, isTrigger)];
}

/**
 * The subtitle of a node on the canvas: the selected operation or event and what it works on, such as `run: Load_sources`.
 * A value that only an expression determines is not shown.
 * @param parameter the parameter that selects the operation or event
 */
export function describeSubtitle(parameter: 'operation' | 'event', choices: readonly (Operation | Trigger)[]): string {
  const subtitles = Object.fromEntries(choices.map((choice) => [choice.key, subtitleOf(choice)]));
  const [only, ...more] = choices;
  const selected = only && more.length === 0 ? JSON.stringify(only.key) : `parameters[${JSON.stringify(parameter)}]`;
  // Only the parameters as stored contain the name of a value that was picked from a list; $parameter returns its ID.
  return `={{ ((parameters) => {
  const [name, prefix, ...subjects] = (${JSON.stringify(subtitles)})[${selected}] || [""];
  const shown = subjects
    .map((subject) => parameters[subject])
    .map((value) => (value && value.__rl ? value.cachedResultName || value.value : Array.isArray(value) ? value.join(", ") : value))
    .find((value) => typeof value === "string" && value !== "" && value[0] !== "=");
  return shown ? prefix + ": " + shown : name;
})(JSON.parse(JSON.stringify($rawParameter))) }}`;
}
