import type { Bytes } from '../../host/bytes.ts';
import { builtInFormat, parseNumberFormat, showsNumber, type NumberFormat } from './number-format.ts';
import { readXml } from './xml-reader.ts';

/** Number formats of the cells of a workbook, by the index of the cell style. */
export type CellFormats = readonly NumberFormat[];

/** The format of a cell; a cell without a style, or with an unknown one, shows a number. */
export function formatOfStyle(formats: CellFormats, style: number): NumberFormat {
  return formats[style] ?? showsNumber;
}

/** Reads the number formats of `xl/styles.xml`. Only `cellXfs` counts: `cellStyleXfs` are the styles that a user can choose. */
export async function readStyles(bytes: Bytes): Promise<CellFormats> {
  const custom = new Map<number, NumberFormat>();
  const ids: number[] = [];
  let isInside = false;
  await readXml(bytes, {
    open(name, attributes) {
      if (name === 'cellXfs') isInside = true;
      else if (name === 'xf' && isInside) ids.push(Number(attributes.get('numFmtId') ?? 0));
      else if (name === 'numFmt') {
        const id = Number(attributes.get('numFmtId'));
        const code = attributes.get('formatCode');
        // Formats of differential styles (dxf) can repeat a number with another code.
        if (code !== undefined && !custom.has(id)) custom.set(id, parseNumberFormat(code));
      }
    },
    close(name) {
      if (name === 'cellXfs') isInside = false;
    },
  });
  return ids.map((id) => custom.get(id) ?? builtInFormat(id));
}
