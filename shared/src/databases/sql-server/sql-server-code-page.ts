const utf8 = 65_001;

/** Whether a code page is UTF-8, which has every character and counts bytes. */
export function isUtf8CodePage(codePage: number | undefined): boolean {
  return codePage === utf8;
}

const known = new Map<number, ReadonlySet<number> | undefined>();

/**
 * The characters of a single-byte code page, by code point; undefined for other code pages, which only the server can check.
 * @see https://learn.microsoft.com/windows/win32/intl/code-page-identifiers
 */
export function charactersOf(codePage: number | undefined): ReadonlySet<number> | undefined {
  if (codePage === undefined) return undefined;
  if (!known.has(codePage)) known.set(codePage, read(codePage));
  return known.get(codePage);
}

function read(codePage: number): ReadonlySet<number> | undefined {
  if (codePage !== 874 && (codePage < 1250 || codePage > 1258)) return undefined;
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const found = [...new TextDecoder(`windows-${codePage}`).decode(bytes)].map(
    (character) => character.codePointAt(0) ?? 0,
  );
  // Programs disagree about bytes without a character.
  return new Set(found.filter((point) => point !== 0xfffd && (point < 0x80 || point > 0x9f)));
}

/** Whether all characters of a text are in a set of code points. */
export function isWritable(text: string, characters: ReadonlySet<number>): boolean {
  for (const character of text) if (!characters.has(character.codePointAt(0) ?? 0)) return false;
  return true;
}
