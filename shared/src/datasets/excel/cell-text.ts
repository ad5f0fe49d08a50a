const lone = /\p{Surrogate}/u;

/**
 * Decodes the escapes of a string in a workbook: `_x000D_` is a carriage return and `_x005F_` an underscore (ECMA-376
 * part 1, section 22.9.2.19).
 */
export function decodeCellText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Why a decoded text cannot be stored, to follow "has"; undefined if it can. */
export function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'a zero character, which databases do not accept';
  return lone.test(text) ? 'half of a surrogate pair, which is not a character' : undefined;
}
