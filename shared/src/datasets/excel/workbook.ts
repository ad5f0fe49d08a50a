import { PipewrightError } from '../../host/error.ts';
import type { ZipDirectory } from '../bytes/zip-directory.ts';
import { badWorkbook } from './bad-workbook.ts';
import { readRelations, relationTo, type Relation } from './relations.ts';
import { readXml } from './xml-reader.ts';

/** A worksheet of a workbook. */
export interface Sheet {
  name: string;
  /** Whether a user sees it. */
  isVisible: boolean;
  /** Name of its file in the ZIP. */
  path: string;
}

/** The structure of a workbook. */
export interface Workbook {
  /** The worksheets in the order of their tabs. Chart sheets, dialogs and macro sheets have no table. */
  sheets: Sheet[];
  /** Named ranges by name, such as `Claims!$A$1:$F$200`. */
  names: { name: string; reference: string }[];
  /** Whether dates count from 1904 instead of 1900. */
  is1904: boolean;
  /** Whether stored results of formulas are outdated, so that Excel calculates them when it opens the workbook. */
  isOutdated: boolean;
  /** Names of further files in the ZIP. */
  sharedStrings: string | undefined;
  styles: string | undefined;
}

interface ListedSheet {
  name: string;
  id: string;
  isVisible: boolean;
}

/**
 * Reads the structure of a workbook.
 * @throws PipewrightError `invalid-input` for a document without worksheets or a binary workbook
 */
export async function readWorkbook(zip: ZipDirectory): Promise<Workbook> {
  const path = relationTo(await readRelations(zip, ''), 'officeDocument')?.target;
  if (path === undefined || !zip.has(path)) throw badWorkbook('it has no workbook part');
  const listed: ListedSheet[] = [];
  const names: Workbook['names'] = [];
  let is1904 = false;
  let isOutdated = false;
  let current: Workbook['names'][number] | undefined;
  await readXml(zip.read(path), {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = attributes.isOn('date1904');
      else if (name === 'calcPr') isOutdated = attributes.isOn('fullCalcOnLoad');
      else if (name === 'definedName') current = { name: attributes.get('name') ?? '', reference: '' };
      else if (name === 'sheet')
        listed.push({
          name: attributes.get('name') ?? '',
          id: attributes.get('id') ?? '',
          isVisible: (attributes.get('state') ?? 'visible') === 'visible',
        });
    },
    text(text) {
      if (current) current.reference += text;
    },
    close(name) {
      if (name !== 'definedName' || !current) return;
      names.push(current);
      current = undefined;
    },
  });
  const relations = await readRelations(zip, path);
  const sheets = listed.flatMap(({ name, id, isVisible }) => {
    const relation = relations.find((found) => found.id === id);
    return relation && relation.type === 'worksheet' ? [{ name, isVisible, path: relation.target }] : [];
  });
  return {
    sheets,
    names,
    is1904,
    isOutdated,
    sharedStrings: pathOf(zip, relations, 'sharedStrings'),
    styles: pathOf(zip, relations, 'styles'),
  };
}

function pathOf(zip: ZipDirectory, relations: readonly Relation[], type: string): string | undefined {
  const target = relationTo(relations, type)?.target;
  return target !== undefined && zip.has(target) ? target : undefined;
}

/**
 * The worksheet to read.
 * @param wanted its name; undefined for the first visible one
 * @throws PipewrightError `invalid-input` that lists the worksheets
 */
export function chooseSheet({ sheets }: Workbook, wanted: string | undefined): Sheet {
  const isNamed = ({ name }: Sheet): boolean => name.trim().toLowerCase() === wanted?.trim().toLowerCase();
  const found =
    wanted === undefined
      ? sheets.find(({ isVisible }) => isVisible)
      : (sheets.find(({ name }) => name === wanted) ?? sheets.find(isNamed));
  if (found) return found;
  if (sheets.length === 0)
    throw new PipewrightError({
      code: 'invalid-input',
      message: 'The Excel workbook has no worksheet.',
      hint: 'Check that it is the right file.',
    });
  const list = sheets
    .slice(0, 30)
    .map(({ name, isVisible }) => `“${name}”${isVisible ? '' : ' (hidden)'}`)
    .join(', ');
  const more = sheets.length > 30 ? ` and ${sheets.length - 30} more` : '';
  throw new PipewrightError({
    code: 'invalid-input',
    message:
      wanted === undefined
        ? `All worksheets of the Excel workbook are hidden: ${list}${more}.`
        : `The Excel workbook has no worksheet “${wanted.slice(0, 60)}”. It has ${list}${more}.`,
    hint: 'Enter the name of one of them under Sheet.',
  });
}
