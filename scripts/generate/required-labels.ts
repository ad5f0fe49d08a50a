import { describeField, type Fields } from '../../shared/src/define/fields.ts';

/** Labels of the fields that a form requires as it opens: with the default of each field that shows or hides others. */
export function requiredLabels(fields: Fields): string[] {
  return Object.values(fields)
    .map(describeField)
    .filter(({ required, requiredWhenShown, shownWhen }) => {
      const deciding = shownWhen && fields[shownWhen.field];
      const isShown = !deciding || shownWhen.is.includes(String(describeField(deciding).default));
      return isShown && (required || requiredWhenShown === true);
    })
    .map(({ label }) => label);
}
