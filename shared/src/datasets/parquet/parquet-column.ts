import type { SchemaElement, SchemaTree } from 'hyparquet';
import type { TypedBlockBuilder } from '../formats/typed-block-builder.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import { badParquet, refusedParquet } from './bad-parquet.ts';
import { leafTypeOf, type LeafType } from './leaf-type.ts';
import type { Leaf, LeafCursor } from './leaf-cursor.ts';
import { NestedReader, type NestedNode } from './nested-reader.ts';

/** Why a value cannot be read, for a rejected row; undefined for a valid value. */
export type Fault = string | undefined;

/** A column of a Parquet file, which has one leaf, or several if it is nested. */
export interface ParquetColumn {
  name: string;
  declared: DeclaredType | undefined;
  leaves: Leaf[];
  /**
   * Writes the values of the next row; NULL for a value that cannot be read.
   * @param cursors of the leaves, in their order
   */
  writerOf(cursors: readonly LeafCursor[]): (builder: TypedBlockBuilder) => Fault;
}

/**
 * The columns of a file.
 * @param root of the schema
 * @param flatten whether the fields of nested objects become columns such as `address.city`
 */
export function columnsOf(root: SchemaTree, flatten: boolean): ParquetColumn[] {
  return root.children.flatMap((tree) => columnsOfTree(tree, tree.element.name, 0, flatten));
}

/** @param definition levels of the objects around it */
function columnsOfTree(tree: SchemaTree, name: string, definition: number, flatten: boolean): ParquetColumn[] {
  const { element, children } = tree;
  if (element.repetition_type === 'REPEATED') return [nestedColumn(tree, name, definition)];
  if (children.length === 0) return [flatColumn(element, name, definition)];
  const isObject = element.logical_type === undefined && element.converted_type === undefined;
  if (!flatten || !isObject) return [nestedColumn(tree, name, definition)];
  const inner = levelsOf(element, definition);
  return children.flatMap((child) => columnsOfTree(child, `${name}.${child.element.name}`, inner, flatten));
}

/** Levels are held in bytes. */
const maxLevels = 255;

/** Definition levels of an element and those around it. */
function levelsOf({ name, repetition_type }: SchemaElement, around: number): number {
  const levels = around + (repetition_type === 'REQUIRED' ? 0 : 1);
  if (levels > maxLevels)
    throw refusedParquet(
      `The field “${name.slice(0, 60)}” of the Parquet file is nested in more than ${maxLevels} levels.`,
    );
  return levels;
}

function flatColumn(element: SchemaElement, name: string, definition: number): ParquetColumn {
  const type = leafTypeOf(element);
  const leaf = { element, maxDefinition: levelsOf(element, definition), maxRepetition: 0 };
  return {
    name,
    declared: type.declared,
    leaves: [leaf],
    writerOf([cursor]) {
      if (!cursor) throw badParquet('a column is missing');
      return (builder) => {
        const { hasValue } = cursor;
        const fault = hasValue ? writeValue(cursor, type, builder) : builder.addNull();
        cursor.next(hasValue);
        return fault ?? undefined;
      };
    },
  };
}

function writeValue(cursor: LeafCursor, type: LeafType, builder: TypedBlockBuilder): Fault {
  const { values, place } = cursor;
  if (type.isUtf8) {
    const kind = values.textKind(place);
    if (kind !== undefined) {
      builder.addEncodedText(values.bytes, values.start(place), values.end(place), kind);
      return undefined;
    }
  } else if (type.write?.(values, place, builder)) return undefined;
  const text = type.textOf(values, place);
  if (typeof text !== 'string') {
    builder.addNull();
    return text.reason;
  }
  if (type.isText) builder.addText(text);
  else builder.addBare(text);
  return undefined;
}

/** A column with nested values, which become JSON. */
function nestedColumn(tree: SchemaTree, name: string, definition: number): ParquetColumn {
  const leaves: Leaf[] = [];
  const root = nodeOf(tree, definition, 0, leaves);
  return {
    name,
    declared: { type: 'text', isCertain: true },
    leaves,
    writerOf(cursors) {
      const reader = new NestedReader(root, cursors);
      return (builder) => {
        const { text, fault } = reader.read();
        if (text === null || fault !== undefined) builder.addNull();
        else builder.addText(text);
        return fault;
      };
    },
  };
}

/** Numbers the leaves of a nested column, and counts the levels of each node. */
function nodeOf(tree: SchemaTree, definition: number, repetition: number, leaves: Leaf[]): NestedNode {
  const { element } = tree;
  const maxDefinition = levelsOf(element, definition);
  const maxRepetition = repetition + (element.repetition_type === 'REPEATED' ? 1 : 0);
  const firstLeaf = leaves.length;
  if (tree.children.length === 0) {
    if (element.num_children !== undefined && element.type === undefined)
      throw badParquet(`the field “${element.name}” is empty`);
    leaves.push({ element, maxDefinition, maxRepetition });
  }
  const names = new Set(tree.children.map((child) => child.element.name));
  if (names.size < tree.children.length)
    throw refusedParquet(
      `The field “${element.name.slice(0, 60)}” of the Parquet file has two fields of the same name.`,
    );
  const children = tree.children.map((child) => nodeOf(child, maxDefinition, maxRepetition, leaves));
  return {
    element,
    children,
    maxDefinition,
    maxRepetition,
    firstLeaf,
    endLeaf: leaves.length,
    type: children.length === 0 ? leafTypeOf(element) : undefined,
  };
}
