/** The text of bytes in UTF-8; undefined where they are not UTF-8, so that decoding would change them. */
export function readUtf8(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  // What cannot be decoded becomes this character, which may also be in the text itself.
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(buffer) ? undefined : text;
}
