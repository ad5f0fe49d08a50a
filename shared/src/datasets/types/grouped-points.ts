import { readValue, type CsvBlock } from '../formats/csv-block.ts';
import type { Misfit } from './value-checker.ts';

const point = 0x2e;

/** A number that is a decimal with three digits in English, and a whole number in German: `1.234`. */
const grouped = /^[-+]?[1-9]\d{0,2}\.\d{3}$/;

/** Integers without a point: one below 1,000 needs none in either language, a greater one shows that digits are not grouped. */
const smallInteger = /^[-+]?[1-9]\d{0,2}$/;
const largeInteger = /^[-+]?\d{4,}$/;

/**
 * Finds numbers such as `1.234` in columns of plain numbers where they may be a thousand times too small, because the file
 * may group digits with points: another column has decimal commas; or no number of the file shows that the point is the
 * decimal separator, as `1.5` does, and the delimiter is a semicolon or the column has integers such as `950`, too.
 */
export class GroupedPoints {
  #usesComma = false;
  #usesPoint = false;
  /** Columns of plain numbers to look at. */
  readonly #open = new Set<number>();

  /** Adds a column of plain numbers. */
  addPlain(place: number): void {
    this.#open.add(place);
  }

  /** Adds a column of numbers that are written with a decimal comma, or with a decimal point and digit groups. */
  addConverted(usesComma: boolean): void {
    if (usesComma) this.#usesComma = true;
    else this.#usesPoint = true;
  }

  /** The values that could be two numbers. @param nameOf name of a column by its place */
  find(block: CsvBlock, nameOf: (place: number) => string): Misfit[] {
    if (this.#open.size === 0 || (this.#usesPoint && !this.#usesComma)) return [];
    const isLikely = this.#usesComma || block.delimiter === ';';
    const found: Misfit[] = [];
    for (const place of block.buffer.includes(point) ? this.#open : []) {
      const misfits = this.#findIn(block, place, nameOf(place));
      if (misfits.length > 0 && (isLikely || hasInteger(block, place, smallInteger))) found.push(...misfits);
    }
    // Without other evidence, only the first rows count, so that reading costs no more.
    if (!isLikely) this.#open.clear();
    return this.#usesPoint && !this.#usesComma ? [] : found;
  }

  #findIn(block: CsvBlock, place: number, name: string): Misfit[] {
    const { buffer, rows, width, starts, ends } = block;
    const found: Misfit[] = [];
    for (let row = 0, index = place; row < rows; row += 1, index += width) {
      const at = buffer.indexOf(point, starts[index]);
      if (at < 0) break;
      if (at >= (ends[index] as number)) continue;
      const value = readValue(block, index) ?? '';
      if (!grouped.test(value)) {
        if (!/^[-+]?\d*\.\d*$/.test(value)) continue;
        this.#usesPoint = true;
        this.#open.delete(place);
        return [];
      }
      found.push({
        row,
        column: name,
        value,
        reason: `has a value in the column “${name}” that could be ${value.replace('.', '')} or ${value}; set Number Format to how numbers are written`,
      });
    }
    return found.length > 0 && !this.#usesComma && hasInteger(block, place, largeInteger) ? [] : found;
  }
}

/** Whether a column has an integer of a form. */
function hasInteger(block: CsvBlock, place: number, form: RegExp): boolean {
  for (let row = 0, index = place; row < block.rows; row += 1, index += block.width)
    if (form.test(readValue(block, index) ?? '')) return true;
  return false;
}
