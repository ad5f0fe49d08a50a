import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** An image of 8-bit RGB pixels, row by row. */
interface Image {
  width: number;
  height: number;
  rgb: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function* chunksOf(png: Buffer): Generator<{ type: string; data: Buffer }> {
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

/** The predictor of PNG's filter type 4. */
function paeth(left: number, up: number, corner: number): number {
  const [byLeft, byUp, byCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

/** Reverses the filters of PNG's rows. @param step bytes per pixel */
function unfilter(filtered: Buffer, rowBytes: number, step: number): Uint8Array {
  const rows = filtered.length / (rowBytes + 1);
  const plain = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row += 1) {
    const filter = filtered[row * (rowBytes + 1)];
    const start = row * rowBytes;
    for (let x = 0; x < rowBytes; x += 1) {
      const left = x >= step ? (plain[start + x - step] ?? 0) : 0;
      const up = row > 0 ? (plain[start + x - rowBytes] ?? 0) : 0;
      const corner = x >= step && row > 0 ? (plain[start + x - rowBytes - step] ?? 0) : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      plain[start + x] = (filtered[row * (rowBytes + 1) + 1 + x] ?? 0) + predicted;
    }
  }
  return plain;
}

/** Reads a screenshot. @throws Error for other kinds of PNG than 8-bit RGB and RGBA without interlacing */
function readPng(png: Buffer): Image {
  const chunks = [...chunksOf(png)];
  const header = chunks.find(({ type }) => type === 'IHDR')?.data ?? Buffer.alloc(13);
  const [width, height, colorType] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9]];
  if (header[8] !== 8 || (colorType !== 2 && colorType !== 6) || header[12] !== 0)
    throw new Error('The screenshot is not an 8-bit RGB image.');
  const step = colorType === 2 ? 3 : 4;
  const data = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data));
  const pixels = unfilter(inflateSync(data), width * step, step);
  const rgb = step === 3 ? pixels : pixels.filter((_, index) => index % 4 !== 3);
  return { width, height, rgb };
}

const squaredDistance = (a: number, b: number): number =>
  [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);

const colorAt = (rgb: Uint8Array, pixel: number): number =>
  ((rgb[pixel * 3] ?? 0) << 16) | ((rgb[pixel * 3 + 1] ?? 0) << 8) | (rgb[pixel * 3 + 2] ?? 0);

/** The most frequent colors that differ visibly from each other. */
function paletteOf(counts: ReadonlyMap<number, number>, size: number): number[] {
  const palette: number[] = [];
  // The first colors are surfaces and text: they stay exact. The others are edges of letters and icons.
  for (const [color] of [...counts].sort(([, a], [, b]) => b - a)) {
    if (palette.length === size) break;
    const apart = palette.length < 24 ? 0 : 150;
    if (palette.every((other) => squaredDistance(color, other) > apart)) palette.push(color);
  }
  return palette;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/**
 * Makes a screenshot a fifth of its size: a PNG with a palette, which shows surfaces and text exactly and rounds rare colors.
 * Format: https://www.w3.org/TR/png-3/
 * @param colors entries of the palette, at most 256
 */
export function palettePng(screenshot: Buffer, colors = 64): Buffer {
  const { width, height, rgb } = readPng(screenshot);
  const counts = new Map<number, number>();
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const color = colorAt(rgb, pixel);
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const palette = paletteOf(counts, colors);
  const nearest = new Map(
    [...counts.keys()].map((color) => {
      const distances = palette.map((other) => squaredDistance(color, other));
      return [color, distances.indexOf(Math.min(...distances))];
    }),
  );
  const rows = Buffer.alloc((width + 1) * height);
  for (let pixel = 0; pixel < width * height; pixel += 1)
    rows[pixel + Math.floor(pixel / width) + 1] = nearest.get(colorAt(rgb, pixel)) ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
