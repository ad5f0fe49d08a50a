import { describeFieldOn, type FieldInfo, type Fields } from '../../shared/src/define/fields.ts';

/** How many fields a form in Zapier shows. */
export interface FormSize {
  /** Before the advanced ones. */
  first: number;
  advanced: number;
}

/** How many of these fields are shown at most at the same time: a field that depends on an option is not always shown. */
function shownAtOnce(fields: readonly Pick<FieldInfo, 'shownWhen' | 'choices'>[]): number {
  // A field with its own dropdown is always visible.
  const conditions = fields.flatMap(({ shownWhen, choices }) => (shownWhen && !choices ? [shownWhen] : []));
  const counts = [...new Set(conditions.map(({ field }) => field))].map((field) => {
    const dependent = conditions.filter((condition) => condition.field === field).map(({ is }) => is);
    return Math.max(...dependent.flat().map((value) => dependent.filter((is) => is.includes(value)).length));
  });
  return fields.length - conditions.length + counts.reduce((sum, count) => sum + count, 0);
}

/** The size of the form of an operation or a trigger in Zapier, at most. */
export function formSize(fields: Fields): FormSize {
  const shown = Object.values(fields)
    .map((field) => describeFieldOn('zapier', field))
    .filter(({ notOn }) => !notOn?.zapier);
  return {
    first: shownAtOnce(shown.filter(({ advanced }) => !advanced)),
    advanced: shownAtOnce(shown.filter(({ advanced }) => advanced)),
  };
}
