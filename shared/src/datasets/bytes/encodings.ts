/** Supported encodings with their display names. The keys are `TextDecoder` labels. */
export const encodingNames = {
  auto: 'Automatic (UTF-8 or UTF-16)',
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (Little Endian)',
  'utf-16be': 'UTF-16 (Big Endian)',
  'windows-1252': 'Windows-1252 (Western European)',
  'windows-1250': 'Windows-1250 (Central European)',
  'windows-1251': 'Windows-1251 (Cyrillic)',
  'windows-1253': 'Windows-1253 (Greek)',
  'windows-1254': 'Windows-1254 (Turkish)',
  'windows-1255': 'Windows-1255 (Hebrew)',
  'windows-1256': 'Windows-1256 (Arabic)',
  'windows-1257': 'Windows-1257 (Baltic)',
  'windows-1258': 'Windows-1258 (Vietnamese)',
  'windows-874': 'Windows-874 (Thai)',
  'iso-8859-1': 'ISO-8859-1 (Latin-1)',
  'iso-8859-2': 'ISO-8859-2 (Latin-2)',
  'iso-8859-3': 'ISO-8859-3 (Latin-3)',
  'iso-8859-4': 'ISO-8859-4 (Latin-4)',
  'iso-8859-5': 'ISO-8859-5 (Cyrillic)',
  'iso-8859-6': 'ISO-8859-6 (Arabic)',
  'iso-8859-7': 'ISO-8859-7 (Greek)',
  'iso-8859-8': 'ISO-8859-8 (Hebrew)',
  'iso-8859-9': 'ISO-8859-9 (Turkish)',
  'iso-8859-10': 'ISO-8859-10 (Nordic)',
  'iso-8859-13': 'ISO-8859-13 (Baltic)',
  'iso-8859-14': 'ISO-8859-14 (Celtic)',
  'iso-8859-15': 'ISO-8859-15 (Latin-9)',
  'iso-8859-16': 'ISO-8859-16 (Romanian)',
  'koi8-r': 'KOI8-R (Russian)',
  'koi8-u': 'KOI8-U (Ukrainian)',
  ibm866: 'IBM866 (DOS Cyrillic)',
  macintosh: 'Mac OS Roman',
  shift_jis: 'Shift JIS (Japanese)',
  'euc-jp': 'EUC-JP (Japanese)',
  gb18030: 'GB18030, GBK, GB2312 (Simplified Chinese)',
  big5: 'Big5 (Traditional Chinese)',
  'euc-kr': 'EUC-KR (Korean)',
} as const;

/** One of the keys of `encodingNames`. */
export type Encoding = keyof typeof encodingNames;

/** All encodings; `auto` detects UTF-16 and uses UTF-8 otherwise. */
export const encodings = Object.keys(encodingNames) as Encoding[];

/** Encodings with more than one byte per character. */
const multiByte: ReadonlySet<string> = new Set([
  'auto',
  'utf-8',
  'utf-16le',
  'utf-16be',
  'shift_jis',
  'euc-jp',
  'gb18030',
  'big5',
  'euc-kr',
]);

/** Whether an encoding has one byte per character, so that it can decode nearly any file, even a wrong one. */
export function isSingleByte(encoding: Encoding): boolean {
  return !multiByte.has(encoding);
}

/** The name of an encoding without its explanation, for messages: `Windows-1252`. */
export function shortName(encoding: Encoding): string {
  return encodingNames[encoding].replace(
    /[ ,].*$/,
    encoding === 'shift_jis' ? ' JIS' : encoding === 'macintosh' ? ' OS Roman' : '',
  );
}
