import { describeFieldOn, type FieldInfo, type Fields } from '../../shared/src/define/fields.ts';

/** The condition of a field that is always visible, as a sentence; empty if the field always matters. */
export function conditionOf({ shownWhen }: Pick<FieldInfo, 'shownWhen'>, fields: Fields): string {
  const deciding = shownWhen && fields[shownWhen.field];
  if (!deciding) return '';
  const { label, options = [] } = describeFieldOn('zapier', deciding);
  if (options.length > 0 && options.every(({ value }) => shownWhen.is.includes(value))) return '';
  const labels = shownWhen.is.map((value) => `“${options.find((option) => option.value === value)?.label ?? value}”`);
  return `Only used when “${label}” is ${labels.join(' or ')}. `;
}
