import type { RawInput } from './raw-input.ts';
import type { Context } from './context.ts';

/** One entry of a list. */
export interface Choice {
  value: string;
  label: string;
  /** The vendor's page for the entry. */
  url?: string;
}

/** One page of a list. */
export interface ChoicePage {
  choices: Choice[];
  /** Pass it as `page` to get the next page; absent on the last page. */
  nextPage?: string;
}

/** The query for a list. */
export interface ChoiceQuery {
  /** Text that a label must contain; case-insensitive. */
  search?: string;
  page?: string;
  /** The form as filled in so far. */
  input: RawInput;
}

/** A list of vendor entries from which the user picks the value of a field. */
export interface ChoiceList {
  /** Unique within its service: `pipelines`. */
  key: string;
  /** Names of the fields that must be filled in first. */
  needs?: readonly string[];
  load(query: ChoiceQuery, context: Context): Promise<ChoicePage>;
}

/** Defines a list of choices for a service with connection values `C`; see `ChoiceList`. */
export function defineChoices<C>({
  load,
  ...list
}: Omit<ChoiceList, 'load'> & { load(query: ChoiceQuery, context: Context<C>): Promise<ChoicePage> }): ChoiceList {
  return { ...list, load: (query, context) => load(query, context as Context<C>) };
}

/** Keeps the choices with the search text in their label or value, for vendors without a search. */
export function search(choices: Choice[], text: string | undefined): Choice[] {
  const wanted = text?.trim().toLowerCase();
  if (!wanted) return choices;
  return choices.filter(
    (choice) => choice.label.toLowerCase().includes(wanted) || choice.value.toLowerCase().includes(wanted),
  );
}
