import type { SchemaElement } from 'hyparquet';
import { refusedParquet } from './bad-parquet.ts';
import type { LeafCursor } from './leaf-cursor.ts';
import type { LeafType } from './leaf-type.ts';

/** A node of the schema of a nested column. */
export interface NestedNode {
  element: SchemaElement;
  children: NestedNode[];
  /** Levels of a value that is present, including those of the node itself. */
  maxDefinition: number;
  maxRepetition: number;
  /** Its leaves: from this number, to the one before that number. */
  firstLeaf: number;
  endLeaf: number;
  /** Undefined for a group. */
  type: LeafType | undefined;
}

/** A longer value is refused, as in JSON files: a dictionary can repeat a long text millions of times. */
const maxCharacters = 16 * 1024 * 1024;

const numberForm = /^-?\d+(?:\.\d+)?$/;

/**
 * Assembles the nested values of a column from its leaves, as JSON: structs and maps as objects, lists as arrays, numbers
 * with all of their digits, dates and times as text.
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types
 */
export class NestedReader {
  readonly #root: NestedNode;
  readonly #cursors: readonly LeafCursor[];
  #fault: string | undefined;
  #characters = 0;

  /** @param cursors of all leaves of the column */
  constructor(root: NestedNode, cursors: readonly LeafCursor[]) {
    this.#root = root;
    this.#cursors = cursors;
  }

  /** Reads the value of the next row; `fault` says why it cannot be read. */
  read(): { text: string | null; fault: string | undefined } {
    this.#fault = undefined;
    this.#characters = 0;
    const text = this.#field(this.#root);
    return { text: text === 'null' ? null : text, fault: this.#fault };
  }

  #cursor(leaf: number): LeafCursor {
    return this.#cursors[leaf] as LeafCursor;
  }

  /** Reads a field: its value, null, or the elements of a repeated field. */
  #field(node: NestedNode): string {
    if (node.element.repetition_type === 'REPEATED') return `[${this.#elements(node).join(',')}]`;
    return this.#isMissing(node) ? this.#skip(node) : this.#value(node);
  }

  #isMissing({ maxDefinition, firstLeaf }: NestedNode): boolean {
    return this.#cursor(firstLeaf).definition < maxDefinition;
  }

  /** Passes over a missing value, which has one entry in each leaf. */
  #skip({ firstLeaf, endLeaf }: NestedNode): 'null' {
    for (let leaf = firstLeaf; leaf < endLeaf; leaf += 1) this.#cursor(leaf).next();
    return 'null';
  }

  /** The elements of a repeated field. */
  #elements(node: NestedNode, read = (): string => this.#value(node)): string[] {
    const found: string[] = [];
    if (this.#isMissing(node)) {
      this.#skip(node);
      return found;
    }
    do {
      found.push(read());
      this.#count(1);
    } while (this.#cursor(node.firstLeaf).repetition === node.maxRepetition);
    return found;
  }

  /** Reads a value that is present. */
  #value(node: NestedNode): string {
    const { element, children, type } = node;
    if (type) return this.#scalar(node, type);
    const [only] = children;
    const annotation = element.logical_type?.type ?? element.converted_type;
    if (only?.element.repetition_type === 'REPEATED' && children.length === 1) {
      const [key, value] = only.children;
      if ((annotation === 'MAP' || annotation === 'MAP_KEY_VALUE') && key && value && only.children.length === 2)
        return this.#map(only, key, value);
      if (annotation === 'LIST') {
        const wrapped = wrappedElement(element, only);
        return `[${this.#elements(only, wrapped && (() => this.#field(wrapped))).join(',')}]`;
      }
    }
    return `{${children.map((child) => `${JSON.stringify(child.element.name)}:${this.#field(child)}`).join(',')}}`;
  }

  #map(entry: NestedNode, key: NestedNode, value: NestedNode): string {
    const names = new Set<string>();
    const entries = this.#elements(entry, () => {
      const read = this.#field(key);
      const name = read.startsWith('"') ? read : JSON.stringify(read);
      if (names.has(name)) this.#fault ??= 'is a map with the same key twice';
      names.add(name);
      return `${name}:${this.#field(value)}`;
    });
    return `{${entries.join(',')}}`;
  }

  #count(characters: number): void {
    this.#characters += characters;
    if (this.#characters > maxCharacters)
      throw refusedParquet(
        `The column “${this.#root.element.name}” of the Parquet file has a nested value of more than ${maxCharacters / 1024 / 1024} MB.`,
        'Leave the column out when you write the file, or split its values into several rows.',
      );
  }

  #scalar({ firstLeaf }: NestedNode, type: LeafType): string {
    const cursor = this.#cursor(firstLeaf);
    const text = type.textOf(cursor.values, cursor.place);
    cursor.next();
    if (typeof text !== 'string') {
      this.#fault ??= text.reason;
      return 'null';
    }
    this.#count(text.length);
    const isBare = !type.isText && (numberForm.test(text) || text === 'true' || text === 'false');
    return isBare ? text : JSON.stringify(text);
  }
}

/** The element of a list that its repeated group wraps; undefined if the group, or a repeated value, is the element itself. */
function wrappedElement({ name }: SchemaElement, repeated: NestedNode): NestedNode | undefined {
  const [only] = repeated.children;
  if (!only || repeated.children.length > 1 || only.element.repetition_type === 'REPEATED') return undefined;
  return repeated.element.name === 'array' || repeated.element.name === `${name}_tuple` ? undefined : only;
}
