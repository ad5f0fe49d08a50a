import { readValue, type CsvBlock } from '../formats/csv-block.ts';
import type { Misfit } from './value-checker.ts';

const point = 0x2e;

/** A number that is a decimal with three digits in English, and a whole number in German: `1.234`. */
const grouped = /^[-+]?[1-9]\d{0,2}\.\d{3}$/;

/**
 * Finds numbers such as `1.234` in columns of plain numbers of a file that may use the decimal comma, where they would be
 * a thousand times too small: another column has decimal commas, or the delimiter is a semicolon and no number shows that
 * the point is the decimal separator, as `1.5` does.
 */
export class GroupedPoints {
  #usesComma = false;
  #usesPoint = false;
  /** Columns of plain numbers whose own values do not show that the point is the decimal separator. */
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
    const isPossible = this.#usesComma || (block.delimiter === ';' && !this.#usesPoint);
    if (!isPossible || this.#open.size === 0 || !block.buffer.includes(point)) return [];
    const found: Misfit[] = [];
    for (const place of this.#open) found.push(...this.#findIn(block, place, nameOf(place)));
    return this.#usesComma || !this.#usesPoint ? found : [];
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
    return found;
  }
}
