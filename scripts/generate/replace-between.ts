/**
 * Replaces the text between `<!-- name -->` and `<!-- end of name -->`.
 * @throws Error if the text has no such comments
 */
export function replaceBetween(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- end of ${name} -->)`);
  if (!pattern.test(text)) throw new Error(`The text has no <!-- ${name} --> … <!-- end of ${name} -->.`);
  return text.replace(pattern, (_all, start: string, end: string) => `${start}\n${content}\n\n${end}`);
}
