/** Without spaces around it; IDs may differ in case, as GUIDs do. */
const plain = (id: string): string => id.trim().toLowerCase();

/** A GUID in any of the forms that .NET reads: with or without hyphens, in braces or in parentheses. */
const guid = /^[{(]?([\da-f]{8})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{12})[)}]?$/;

/** One form for all in which a service may read and answer an ID: `{5EB5…}` as `5eb5…`, and `007` as `7`. */
function normal(id: string): string {
  const text = plain(id);
  const parts = guid.exec(text);
  if (parts) return parts.slice(1).join('-');
  return /^\d+$/.test(text) ? text.replace(/^0+(?=\d)/, '') : text;
}

/** Whether two texts are the ID of the same run: services answer with the ID in their own form, not in that of the request. */
export const isSameRunId = (one: string, other: string): boolean => normal(one) === normal(other);
