import type { Bytes } from '../../host/bytes.ts';
import { badWorkbook } from './bad-workbook.ts';
import { PlainFeed, type PlainReader } from './plain-feed.ts';
import { decodeXml } from './xml-text.ts';

/** A longer tag or text is assumed to be corrupt; Excel limits a cell to 32,767 characters. */
const maxTokenLength = 1024 * 1024;

const maxDepth = 1_000;

const [openBracket, closeBracket, slash, exclamation, question, doubleQuote, singleQuote, colon, equals, space] = [
  0x3c, 0x3e, 0x2f, 0x21, 0x3f, 0x22, 0x27, 0x3a, 0x3d, 0x20,
];

/** Content that other versions of Excel added; its elements can have the names of others, such as `workbookPr`. */
const isIgnored = (name: string): boolean => name === 'extLst' || name === 'AlternateContent';

/** Receives the elements of an XML file. Names have no prefix. */
export interface XmlHandler {
  open(name: string, attributes: XmlAttributes): void;
  /** Text of the current element, decoded; it can arrive in several parts. */
  text?(text: string): void;
  close?(name: string): void;
}

/** The attributes of the current element; valid only during `open`. */
export class XmlAttributes {
  #text = '';
  #from = 0;
  #to = 0;
  /** Where the attribute after the last one found starts. */
  #next = 0;
  #hasEntities = false;

  /** Points to the attributes in the text of a tag. */
  set(text: string, from: number, to: number, hasEntities: boolean): void {
    this.#text = text;
    this.#from = this.#next = from;
    this.#to = to;
    this.#hasEntities = hasEntities;
  }

  /**
   * Value of an attribute by its name without prefix; undefined if the element does not have it. Fast if attributes are
   * asked for in their order.
   */
  get(name: string): string | undefined {
    const last = this.#next;
    return this.#find(name, last, this.#to) ?? (last === this.#from ? undefined : this.#find(name, this.#from, last));
  }

  #find(name: string, from: number, to: number): string | undefined {
    const text = this.#text;
    let at = from;
    while (at < to) {
      while (at < to && text.charCodeAt(at) <= space) at += 1;
      let start = at;
      let code = 0;
      while (at < to && (code = text.charCodeAt(at)) !== equals && code > space) {
        at += 1;
        if (code === colon) start = at;
      }
      const end = at;
      while (at < to && (code = text.charCodeAt(at)) !== doubleQuote && code !== singleQuote) at += 1;
      const close = at < to ? text.indexOf(code === doubleQuote ? '"' : "'", at + 1) : -1;
      if (close < 0 || close >= to) return undefined;
      if (end - start === name.length && text.startsWith(name, start)) {
        this.#next = close + 1;
        const value = text.slice(at + 1, close);
        return this.#hasEntities ? decodeEntities(value) : value;
      }
      at = close + 1;
    }
    return undefined;
  }

  /** Whether a boolean attribute is on (`1` or `true`). */
  isOn(name: string): boolean {
    const value = this.get(name);
    return value === '1' || value === 'true';
  }
}

const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Replaces the entities of XML.
 * @throws PipewrightError `invalid-file` for an entity that needs a document type definition, and for invalid characters
 */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;]*)(;?)/g, (_match, name: string, end: string) => {
    const known = names[name];
    if (end !== '' && known !== undefined) return known;
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? [];
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    if (end === '' || !(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff))
      throw badWorkbook(`its XML contains “&${name.slice(0, 20)}${end}”`);
    return String.fromCodePoint(code);
  });
}

/**
 * Streams an XML file to a handler: well-formed XML 1.0 without document type definition. Subtrees named `extLst` and
 * `AlternateContent` are skipped. After each piece of the file, control returns to the caller.
 * @param plain reads some of the elements itself
 * @throws PipewrightError `invalid-file` for malformed XML, or a document type definition
 * @see https://www.w3.org/TR/xml/
 */
export async function* parseXml(bytes: Bytes, handler: XmlHandler, plain?: PlainReader): AsyncGenerator<number> {
  const parser = new XmlParser(handler);
  const feed = plain ? new PlainFeed(parser, plain) : parser;
  for await (const piece of decodeXml(bytes)) {
    feed.write(piece);
    yield piece.length;
  }
  feed.end();
}

/** Reads a whole XML file; see `parseXml`. */
export async function readXml(bytes: Bytes, handler: XmlHandler, plain?: PlainReader): Promise<void> {
  for await (const _length of parseXml(bytes, handler, plain));
}

class XmlParser {
  readonly #handler: XmlHandler;
  readonly #attributes = new XmlAttributes();
  readonly #stack: string[] = [];
  #text = '';
  /** Whether the text ended with a carriage return, which may belong to a line feed. */
  #endsWithReturn = false;
  /** Depth of the skipped subtree; 0 if none. */
  #ignoredFrom = 0;
  #hasRoot = false;
  /** Whether the current piece has entities; looked up once, because most have none. */
  #hasEntities = false;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  /** Whether nothing is open but the elements around the children of an element with this name. */
  isBetweenChildrenOf(parent: string): boolean {
    return (
      this.#text === '' &&
      !this.#endsWithReturn &&
      this.#ignoredFrom === 0 &&
      this.#stack[this.#stack.length - 1] === parent
    );
  }

  /** @param bytes whole characters in UTF-8 */
  write(bytes: Buffer): void {
    if (bytes.length > 0) this.#write(this.#withLineFeeds(bytes.toString('utf8')));
  }

  /** Line ends become line feeds, as XML 1.0 requires. @see https://www.w3.org/TR/xml/#sec-line-ends */
  #withLineFeeds(piece: string): string {
    const text = this.#endsWithReturn ? `\r${piece}` : piece;
    this.#endsWithReturn = text.endsWith('\r');
    const whole = this.#endsWithReturn ? text.slice(0, -1) : text;
    return whole.includes('\r') ? whole.replace(/\r\n?/g, '\n') : whole;
  }

  #write(piece: string): void {
    const text = this.#text === '' ? piece : this.#text + piece;
    this.#hasEntities = text.includes('&');
    let at = 0;
    for (;;) {
      const tag = text.indexOf('<', at);
      if (tag < 0) break;
      const next = this.#tagEnd(text, tag);
      if (next < 0) break;
      if (tag > at) this.#passText(text, at, tag);
      this.#passTag(text, tag, next);
      at = next;
    }
    this.#text = at === 0 ? text : text.slice(at);
    if (this.#text.length > maxTokenLength) throw badWorkbook('its XML has a value that never ends');
  }

  end(): void {
    if (this.#stack.length > 0 || !this.#hasRoot || this.#text.trim() !== '')
      throw badWorkbook('its XML ends in the middle');
  }

  /** Offset after a tag, comment, CDATA section or processing instruction; -1 if it is not complete yet. */
  #tagEnd(text: string, tag: number): number {
    const after = (end: string, from: number): number => {
      const found = text.indexOf(end, from);
      return found < 0 ? -1 : found + end.length;
    };
    const first = text.charCodeAt(tag + 1);
    if (first === exclamation) {
      if (text.length < tag + 9) return -1;
      if (text.startsWith('<!--', tag)) return after('-->', tag + 4);
      if (text.startsWith('<![CDATA[', tag)) return after(']]>', tag + 9);
      throw badWorkbook('its XML has a document type definition, which is not allowed');
    }
    if (first === question) return after('?>', tag + 2);
    if (first === slash) return after('>', tag + 2);
    for (let at = tag + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === closeBracket) return at + 1;
      if (code === openBracket) throw badWorkbook('its XML is malformed');
      if (code === doubleQuote || code === singleQuote) {
        at = text.indexOf(text[at] as string, at + 1);
        if (at < 0) return -1;
      }
    }
    return -1;
  }

  #passText(text: string, from: number, to: number): void {
    if (this.#stack.length === 0) {
      if (text.slice(from, to).trim() !== '') throw badWorkbook('its XML has text outside of the root element');
    } else if (this.#ignoredFrom === 0) {
      const part = text.slice(from, to);
      this.#handler.text?.(this.#hasEntities ? decodeEntities(part) : part);
    }
  }

  #passTag(text: string, tag: number, next: number): void {
    const first = text.charCodeAt(tag + 1);
    if (first === question) return;
    if (first === exclamation) {
      if (text[tag + 2] === '[' && this.#ignoredFrom === 0) this.#handler.text?.(text.slice(tag + 9, next - 3));
      return;
    }
    if (first === slash) {
      const opened = this.#stack[this.#stack.length - 1] ?? '';
      const isPlain = next - tag - 3 === opened.length && text.startsWith(opened, tag + 2);
      return this.#close(isPlain ? opened : nameAt(text, tag + 2, next - 1));
    }
    const isEmpty = text.charCodeAt(next - 2) === slash;
    const end = next - (isEmpty ? 2 : 1);
    let nameStart = tag + 1;
    let nameEnd = nameStart;
    for (let code = 0; nameEnd < end && (code = text.charCodeAt(nameEnd)) > space; nameEnd += 1)
      if (code === colon) nameStart = nameEnd + 1;
    const name = text.slice(nameStart, nameEnd);
    if (name === '' || (this.#stack.length === 0 && this.#hasRoot)) throw badWorkbook('its XML is malformed');
    this.#hasRoot = true;
    this.#stack.push(name);
    if (this.#stack.length > maxDepth) throw badWorkbook(`its XML has more than ${maxDepth} levels`);
    if (this.#ignoredFrom === 0) {
      if (isIgnored(name)) this.#ignoredFrom = this.#stack.length;
      else {
        this.#attributes.set(text, nameEnd, end, this.#hasEntities);
        this.#handler.open(name, this.#attributes);
      }
    }
    if (isEmpty) this.#close(name);
  }

  #close(name: string): void {
    if (this.#stack[this.#stack.length - 1] !== name) throw badWorkbook('its XML is malformed');
    if (this.#ignoredFrom === 0) this.#handler.close?.(name);
    else if (this.#ignoredFrom === this.#stack.length) this.#ignoredFrom = 0;
    this.#stack.pop();
  }
}

/** The name of an element without its prefix. */
function nameAt(text: string, from: number, to: number): string {
  let end = to;
  while (end > from && text.charCodeAt(end - 1) <= space) end -= 1;
  const name = text.slice(from, end);
  const prefix = name.indexOf(':');
  return prefix < 0 ? name : name.slice(prefix + 1);
}
