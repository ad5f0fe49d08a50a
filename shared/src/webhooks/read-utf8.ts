/** Decodes UTF-8; undefined if the bytes are not valid UTF-8. */
export function readUtf8(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  // Invalid bytes become U+FFFD, but the text may also contain that character.
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(buffer) ? undefined : text;
}
