import { createHash } from 'node:crypto';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Generates identifiers in the vendors' formats, in the same order for the same seed. */
export class Identifiers {
  #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  #digest(): Buffer {
    this.#count += 1;
    return createHash('sha256').update(`${this.#seed}:${this.#count}`).digest();
  }

  /** `2f7fdb90-5df1-4b8e-ac2f-064cfa58202b` */
  uuid(): string {
    return uuidFrom(this.#digest());
  }

  /** Lower-case hexadecimal digits; at most 64. */
  hex(length: number): string {
    return this.#digest().toString('hex').slice(0, length);
  }

  /** Upper-case letters and digits, as in Slack's identifiers; at most 32. */
  capitals(length: number): string {
    return [...this.#digest()]
      .map((byte) => crockford[byte % 32])
      .join('')
      .slice(0, length);
  }
}

/** A UUID from 16 or more bytes. */
function uuidFrom(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A UUID that is always the same for a name. */
export function uuidOf(name: string): string {
  return uuidFrom(createHash('sha256').update(name).digest());
}
