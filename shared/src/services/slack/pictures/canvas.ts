import font from 'oled-font-5x7';
import { encodePng, type Colour } from './png.ts';

/** Letters are drawn at twice the font size, one font pixel apart. */
const scale = 2;

/** Pixels from one letter to the next. */
const advance = (font.width + 1) * scale;

/** The height of a letter in pixels. */
export const letterHeight = font.height * scale;

/** The number of letters that fit into a width in pixels. */
export function lettersIn(width: number): number {
  return Math.max(0, Math.floor(width / advance));
}

/** Truncates a text to a number of letters, with two dots at the end. */
export function shorten(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(0, letters - 2))}..`;
}

/** A bitmap with named palette colors; the first color is the background. */
export class Canvas<Name extends string> {
  readonly width: number;
  readonly height: number;
  readonly #names: Name[];
  readonly #palette: Colour[];
  readonly #pixels: Uint8Array;

  constructor(width: number, height: number, palette: Record<Name, Colour>) {
    this.width = width;
    this.height = height;
    this.#names = Object.keys(palette) as Name[];
    this.#palette = Object.values(palette);
    this.#pixels = new Uint8Array(width * height);
  }

  /** Fills a rectangle, clipped to the canvas. */
  fill(x: number, y: number, width: number, height: number, colour: Name): void {
    const value = this.#names.indexOf(colour);
    const [left, right] = [Math.max(0, Math.round(x)), Math.min(this.width, Math.round(x + width))];
    for (let row = Math.max(0, Math.round(y)); row < Math.min(this.height, Math.round(y + height)); row += 1) {
      if (right > left) this.#pixels.fill(value, row * this.width + left, row * this.width + right);
    }
  }

  /** Draws a text with its upper left corner at a point; unsupported characters become question marks. */
  write(x: number, y: number, text: string, colour: Name): void {
    [...text].forEach((letter, index) => {
      const found = font.lookup.indexOf(letter);
      const at = (found < 0 ? font.lookup.indexOf('?') : found) * font.width;
      for (let column = 0; column < font.width; column += 1) {
        const bits = font.fontData[at + column] ?? 0;
        for (let row = 0; row < font.height; row += 1) {
          if (bits & (1 << row)) this.fill(x + index * advance + column * scale, y + row * scale, scale, scale, colour);
        }
      }
    });
  }

  /** Encodes the bitmap as PNG. */
  toPng(): Promise<Uint8Array> {
    return encodePng(this.width, this.height, this.#palette, this.#pixels);
  }
}
