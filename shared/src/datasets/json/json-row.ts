/** Why text is not a JSON object that can be a row; the message follows "line 3 ". */
export class JsonFault extends Error {}

/** A field value: its text (null for NULL), and whether it is a JSON string or nested value. */
export interface JsonValue {
  text: string | null;
  isText: boolean;
}

/** What separates the names of nested fields: no name has it, while a name can have a dot. */
export const pathSeparator = '\0';

const maxDepth = 500;
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Characters that need special treatment: escapes, control characters, surrogates. */
const unusual = /[\\\u0000-\u001f\ud800-\udfff]/;
const loneSurrogate = /\p{Surrogate}/u;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Parses one JSON object as defined in RFC 8259 and keeps every digit of its numbers: `JSON.parse` rounds numbers, keeps
 * only the last of repeated names and accepts lone surrogates. Nested objects and arrays become compact JSON text.
 * @param text one object, with optional white space around it
 * @param onField called for each field in order
 * @param flatten whether to pass the fields of nested objects, with `pathSeparator` between the names, instead of the objects
 * @throws JsonFault for anything else, a repeated name at any depth, `\u0000`, and lone surrogates
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function readJsonRow(text: string, onField: (name: string, value: JsonValue) => void, flatten = false): void {
  new JsonReader(text).readRow(onField, flatten);
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readRow(onField: (name: string, value: JsonValue) => void, flatten: boolean): void {
    this.#space();
    if (this.#text[this.#at] !== '{')
      throw new JsonFault(this.#at >= this.#text.length ? 'is empty' : this.#noObject());
    if (flatten) this.#flatFields('', onField, 0);
    else this.#fields((name) => onField(name, this.#value()));
    this.#space();
    if (this.#at < this.#text.length)
      throw new JsonFault(this.#text[this.#at] === '{' ? 'has several objects' : 'has text after the object');
  }

  /** The reason why the text is not an object: other JSON, or not JSON at all. */
  #noObject(): string {
    try {
      JSON.parse(this.#text);
      return 'is not an object, such as {"policy": "P-1", "paid": 12.50}';
    } catch {
      return 'is not JSON';
    }
  }

  /** Parses an object; `onName` parses the value of each field. */
  #fields(onName: (name: string) => void): void {
    const names = new Set<string>();
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') throw new JsonFault('is not JSON');
      const name = this.#string();
      if (names.has(name)) throw new JsonFault(`has the field “${name.slice(0, 60)}” twice`);
      names.add(name);
      this.#space();
      this.#expect(':');
      this.#space();
      onName(name);
      this.#space();
      if (this.#text[this.#at] === ',') {
        this.#at += 1;
        continue;
      }
      this.#expect('}');
      return;
    }
  }

  /** Parses an object whose nested objects become fields, too. */
  #flatFields(prefix: string, onField: (name: string, value: JsonValue) => void, depth: number): void {
    if (depth > maxDepth) throw new JsonFault(`has more than ${maxDepth} levels`);
    this.#fields((name) => {
      if (this.#text[this.#at] === '{') this.#flatFields(`${prefix}${name}${pathSeparator}`, onField, depth + 1);
      else onField(prefix + name, this.#value());
    });
  }

  #value(): JsonValue {
    const first = this.#text[this.#at];
    if (first === '"') return { text: this.#string(), isText: true };
    if (first === '{' || first === '[') return { text: this.#nested(0), isText: true };
    if (first !== 'n') return { text: this.#scalar(), isText: false };
    this.#word('null');
    return { text: null, isText: false };
  }

  /** A number, true or false, as written. */
  #scalar(): string {
    const first = this.#text[this.#at];
    if (first === 't') return this.#word('true');
    if (first === 'f') return this.#word('false');
    numberForm.lastIndex = this.#at;
    const found = numberForm.exec(this.#text)?.[0];
    if (found === undefined) throw new JsonFault(this.#noValue());
    this.#at += found.length;
    return found;
  }

  /** Names a value that is not JSON, such as NaN. */
  #noValue(): string {
    const found = /^[^\s,:{}[\]"]{1,20}/.exec(this.#text.slice(this.#at, this.#at + 20))?.[0];
    return found === undefined ? 'is not JSON' : `has the value “${found}”, which is not JSON`;
  }

  #word(word: string): string {
    if (!this.#text.startsWith(word, this.#at)) throw new JsonFault('is not JSON');
    this.#at += word.length;
    return word;
  }

  /** A nested value as JSON text, with its tokens as written. */
  #nested(depth: number): string {
    if (depth > maxDepth) throw new JsonFault(`has more than ${maxDepth} levels`);
    const first = this.#text[this.#at];
    if (first === '{') {
      const parts: string[] = [];
      this.#fields((name) => parts.push(`${JSON.stringify(name)}:${this.#nested(depth + 1)}`));
      return `{${parts.join(',')}}`;
    }
    if (first === '[') return this.#array(depth);
    if (first === '"') {
      const begin = this.#at;
      this.#string();
      return this.#text.slice(begin, this.#at);
    }
    return first === 'n' ? this.#word('null') : this.#scalar();
  }

  #array(depth: number): string {
    const parts: string[] = [];
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === ']') {
      this.#at += 1;
      return '[]';
    }
    for (;;) {
      this.#space();
      parts.push(this.#nested(depth + 1));
      this.#space();
      if (this.#text[this.#at] !== ',') break;
      this.#at += 1;
    }
    this.#expect(']');
    return `[${parts.join(',')}]`;
  }

  #string(): string {
    const text = this.#text;
    const begin = this.#at + 1;
    let end = text.indexOf('"', begin);
    if (end < 0) throw new JsonFault('is not JSON');
    const plain = text.slice(begin, end);
    if (!unusual.test(plain)) {
      this.#at = end + 1;
      return plain;
    }
    let found = '';
    let from = begin;
    for (end = begin; text[end] !== '"'; end += 1) {
      const code = text.charCodeAt(end);
      if (Number.isNaN(code) || code < 0x20)
        throw new JsonFault(code < 0x20 ? 'has a control character or a line break inside a string' : 'is not JSON');
      if (code !== 0x5c) continue;
      found += text.slice(from, end);
      end += 1;
      const letter = text[end] ?? '';
      if (letter === 'u') {
        const hex = text.slice(end + 1, end + 5);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new JsonFault('is not JSON');
        found += String.fromCharCode(parseInt(hex, 16));
        end += 4;
      } else {
        const escaped = escapes[letter];
        if (escaped === undefined) throw new JsonFault('is not JSON');
        found += escaped;
      }
      from = end + 1;
    }
    found += text.slice(from, end);
    this.#at = end + 1;
    if (loneSurrogate.test(found))
      throw new JsonFault('has half of a surrogate pair, such as \\ud800, which is not a character');
    if (found.includes('\0')) throw new JsonFault('has a zero character (\\u0000), which databases do not accept');
    return found;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #expect(letter: string): void {
    if (this.#text[this.#at] !== letter) throw new JsonFault('is not JSON');
    this.#at += 1;
  }
}
