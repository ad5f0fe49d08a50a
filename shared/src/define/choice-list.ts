import type { Context } from './context.ts';

/** One thing that can be picked. */
export interface Choice {
  value: string;
  label: string;
  /** The vendor's page of the thing. */
  url?: string;
}

/** One page of a list. */
export interface ChoicePage {
  choices: Choice[];
  /** Give it back as `page` to get what follows; absent at the end. */
  nextPage?: string;
}

/** What a list is asked. */
export interface ChoiceQuery {
  /** Text that a label must contain, in any case. */
  search?: string;
  page?: string;
  /** What has been filled in so far, unchecked. */
  input: Record<string, unknown>;
}

/** Things at the vendor that a field can be picked from. */
export interface ChoiceList {
  /** Unique within its service: `pipelines`. */
  key: string;
  /** Names of the fields that must be filled in first. */
  needs?: readonly string[];
  load(query: ChoiceQuery, context: Context<never>): Promise<ChoicePage>;
}

/** Describes a list of choices; see `ChoiceList`. */
export function defineChoices<C>(list: {
  key: string;
  needs?: readonly string[];
  load(query: ChoiceQuery, context: Context<C>): Promise<ChoicePage>;
}): ChoiceList {
  return list as unknown as ChoiceList;
}

/** Keeps the choices whose label or value contains the searched text, for vendors that cannot search themselves. */
export function search(choices: Choice[], text: string | undefined): Choice[] {
  const wanted = text?.trim().toLowerCase();
  if (!wanted) return choices;
  return choices.filter(
    (choice) => choice.label.toLowerCase().includes(wanted) || choice.value.toLowerCase().includes(wanted),
  );
}
