/** Characters that n8n or an expression could give a meaning. */
const special = /[{}\u2028\u2029]/g;

/**
 * A value from a vendor or a file as n8n stores it when a user selects it. n8n evaluates a text that starts with = as an expression,
 * so that such a text becomes an expression whose result it is.
 */
export function asLiteral(value: string): string {
  if (!value.startsWith('=')) return value;
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `={{ ${JSON.stringify(value).replace(special, escape)} }}`;
}
