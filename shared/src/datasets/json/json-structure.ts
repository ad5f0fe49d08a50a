const [openArray, closeArray, openObject, closeObject, comma, quote, backslash] = [
  0x5b, 0x5d, 0x7b, 0x7d, 0x2c, 0x22, 0x5c,
];

/** Whether a byte is white space in JSON. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Finds the end of a value in an array or object: the comma or closing bracket after it; -1 if it has not arrived yet. */
export function endOfElement(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === openObject || byte === openArray) depth += 1;
    else if (depth === 0 && (byte === comma || byte === closeArray || byte === closeObject)) return at;
    else if (byte === closeObject || byte === closeArray) depth -= 1;
  }
  return -1;
}

/** Finds the offset after an object or array; -1 if its end has not arrived yet. */
export function endOfValue(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === openObject || byte === openArray) depth += 1;
    else if (byte === closeObject || byte === closeArray) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return -1;
}

/** Finds the closing quotation mark of a string; the number of bytes if it has not arrived yet. */
export function endOfString(bytes: Buffer, from: number): number {
  let at = from + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}
