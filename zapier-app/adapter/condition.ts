import { describeFieldOn, type FieldInfo, type Fields } from '../../shared/src/define/fields.ts';
import { enumerate } from './names.ts';

/** The condition of a field that is always visible, as a sentence; empty if the field always matters. */
export function conditionOf({ shownWhen }: Pick<FieldInfo, 'shownWhen'>, fields: Fields): string {
  const deciding = shownWhen && fields[shownWhen.field];
  if (!deciding) return '';
  const { label, options = [] } = describeFieldOn('zapier', deciding);
  const chosen = options.filter(({ value }) => shownWhen.is.includes(value));
  if (options.length > 0 && chosen.length === options.length) return '';
  const labels = options.length > 0 ? chosen.map((option) => option.label) : shownWhen.is;
  const quoted = labels.map((text) => `“${text}”`);
  return `Only used when “${label}” is ${enumerate(quoted, 'or')}. `;
}
