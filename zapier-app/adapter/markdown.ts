/** A link to the documentation in a text, such as “see https://docs.example.com/page.” */
const seeAlso = /\bsee (https:\/\/[^\s)]+?)(?=[.;,]?(\s|$))/g;

/**
 * A help text as Markdown, in which Zapier renders it: an asterisk or underscore stays one, and a link to the documentation is a
 * link, which Zapier's check D008 requires.
 */
export function asMarkdown(text: string): string {
  return text.replace(/[*`]|(?<!\w)_/g, String.raw`\$&`).replace(seeAlso, 'see the [documentation]($1)');
}
