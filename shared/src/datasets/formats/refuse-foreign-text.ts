import { isJson } from '../../host/is-json.ts';
import { notATable } from '../bytes/refuse-binary.ts';
import { endOfElement, endOfValue } from '../json/json-structure.ts';
import { parsedObject, singleObject } from '../json/single-object.ts';
import { delimiters } from './detect-delimiter.ts';
import { sampleRecords } from './sample-records.ts';

/** Records to inspect. */
const maxRecords = 50;

const getData = 'Open the URL in a browser to see what it returns, and check that you have access to the file.';

/** A line that a server returns instead of a file. */
const errorLine =
  /^(?:error:?\s+)?(?:access(?:\s+is)?\s+denied|permission\s+denied|forbidden|unauthori[sz]ed|not\s+found|file\s+not\s+found|no\s+such\s+(?:file|key|bucket|object)\b.*|bad\s+(?:request|gateway)|internal\s+server\s+error|service\s+unavailable|gateway\s+time-?out|too\s+many\s+requests|request\s+has\s+expired|(?:login|authentication)\s+(?:is\s+)?required|invalid\s+(?:token|credentials|api\s+key|signature)|(?:http\s+)?(?:error\s+)?[45]\d\d(?:\s+|:\s*)(?:[a-z][a-z '-]+))[.!]?$/i;
const errorSentence = /^error:?\s+\S+(?:\s+\S+)+$/i;

/** Fields of an error response; no dataset consists only of these. */
const errorFields =
  /^(?:error|errors|error_?code|error_?description|error_?message|error_?uri|fault|message|code|status|status_?code|detail|details|type|title|instance|path|timestamp|request_?id|trace_?id|correlation_?id|success|ok|msg|reason|documentation_url|innererror)$/i;

/**
 * Refuses text that is not a table: a web page, XML, a Git LFS pointer, an error message and so on. Text that parses as
 * rows with the same number of values, at least two, is a table, however it starts; so is quoted text.
 * @param text start of the file, without byte order mark
 * @param complete whether the text is the whole file
 * @throws PipewrightError `invalid-input` that names the format and what to do
 */
export function refuseForeignText(text: string, complete: boolean): void {
  const start = text.trimStart();
  if (/^version https:\/\/git-lfs\.github\.com\/spec\/v\d+\r?\noid /.test(start))
    throw notATable(
      'a Git LFS pointer',
      'Get the actual file: run “git lfs pull”, or download it from the web page of the repository.',
    );
  if (/^-----BEGIN [A-Z0-9 ]+-----\r?$/m.test(start) && start.startsWith('-----BEGIN '))
    throw notATable(
      /PGP MESSAGE|PKCS7|CMS|ENCRYPTED/.test(start.slice(0, 60))
        ? 'an encrypted file'
        : 'a key, a certificate or a signed message',
      'Decrypt it, or check that it is the right file.',
    );
  if (/^ID;P[A-Z0-9;]*\r?\n(?:P;P|F;|B;Y|B;X|C;[XYK]|O;|P;F|P;E|NN;)/.test(start))
    throw notATable('a SYLK spreadsheet (.slk)', 'Save it as CSV (UTF-8) and use that file.');
  if (/^From:? .*\r?\n(?:[\w-]+: .*\r?\n)+/.test(start) && /^(?:Subject|Date|MIME-Version|Received): /m.test(start))
    throw notATable('an email message', 'Save the attachment of the message and use that file.');
  if (start.startsWith('<') && !isTable(start, complete)) refuseMarkup(start);
  if (complete) refuseErrorText(start.trimEnd());
}

function isTable(text: string, complete: boolean): boolean {
  return delimiters.some((delimiter) => {
    const records = sampleRecords(text, delimiter, complete).slice(0, maxRecords);
    const width = records[0]?.values.length ?? 0;
    return records.length > 1 && width > 1 && records.every(({ values }) => values.length === width);
  });
}

function refuseMarkup(text: string): void {
  const named = text.slice(0, 4096).toLowerCase();
  const after = named.replace(/^(?:<\?xml[^>]*>|<!--[^]*?-->|\s)+/, '');
  if (after.includes('urn:schemas-microsoft-com:office:spreadsheet'))
    throw notATable('an Excel 2003 workbook in XML', 'Save it as CSV (UTF-8) and use that file.');
  if (
    /^<(?:table|tr|td|th|thead|tbody|style|meta)\b[^>]*>/.test(after) ||
    (/^<(?:!doctype html|html)\b/.test(after) &&
      /<table\b/.test(text.toLowerCase()) &&
      !/<form\b|type=["']?password/.test(text.toLowerCase()))
  ) {
    throw notATable(
      'a web page with a table (HTML), which some programs save as .xls',
      'Open it in Excel or a browser, save the table as CSV (UTF-8) and use that file.',
    );
  }
  if (/^<(?:!doctype html|html|head|body|title|script|div|h[1-6]|p|center|form)\b/.test(after)) {
    const title = /<title[^>]*>\s*([^<]{1,80}?)\s*<\/title>/i.exec(text)?.[1];
    throw notATable(
      `a web page (HTML)${title === undefined ? '' : ` titled “${title}”`}`,
      `It may be a login page or an error message. ${getData}`,
    );
  }
  if (
    /^<error\b[^>]*>/.test(after) ||
    /<code>\s*(?:accessdenied|nosuchkey|nosuchbucket|expiredtoken|authenticationfailed|blobnotfound|signaturedoesnotmatch)/.test(
      after,
    )
  ) {
    const message = /<message>\s*([^<]{1,200}?)\s*<\/message>/i.exec(text)?.[1];
    throw notATable(`an error message in XML${message === undefined ? '' : `: “${message}”`}`, getData);
  }
  if (/^<(?:rss|feed|rdf:rdf)\b/.test(after)) throw notATable('an RSS or Atom feed', 'Read it with an RSS step.');
  if (/^<svg\b/.test(after)) throw notATable('an SVG image', 'Check that it is the right file.');
  if (text.startsWith('<?xml') || isXml(after))
    throw notATable('an XML file', 'Export the data as CSV or JSON Lines and use that file.');
}

/** Whether text starts with an element that contains others or is the only one, unlike a one-column table of XML fragments. */
function isXml(text: string): boolean {
  const root = /^<([a-z_][\w:.-]*)(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*>/.exec(text);
  if (!root) return /^<[a-z_][\w:.-]*(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))+\s*\/>\s*$/.test(text);
  const [opening, name = ''] = root;
  const closing = text.indexOf(`</${name}>`);
  return closing < 0
    ? /<\/[a-z_]/.test(text.slice(opening.length))
    : text.slice(closing + name.length + 3).trim() === '';
}

function refuseErrorText(text: string): void {
  if (text.length > 2_000) return;
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const [first = '', ...others] = lines;
  const isError =
    errorLine.test(first.trim()) || (others.length === 0 && errorSentence.test(first.trim()) && !/[,;\t|]/.test(first));
  if (isError && others.length < 4 && others.every((line) => line.trim().split(/\s+/).length >= 3))
    throw notATable(`an error message: “${first.trim().slice(0, 200)}”`, getData);
}

/** The layout of JSON: an array, one object per line, or one object after the other. */
export type JsonKind = 'array' | 'lines' | 'objects';

/**
 * Detects JSON: an array, or one object per line. Valid CSV cannot start like an array of objects or an object, because
 * unquoted values cannot contain quotation marks.
 * @param complete whether the text is the whole file
 * @param wanted whether the user chose JSON Lines
 * @param mayBeJson whether the user chose no delimiter: then an array of other values than objects is JSON, too
 * @throws PipewrightError `invalid-input` for a single object that is an error response or spans several lines, and for
 * lines that are arrays
 */
export function jsonKindOf(text: string, complete: boolean, wanted: boolean, mayBeJson: boolean): JsonKind | undefined {
  const start = text.trim();
  if (wanted || mayBeJson) refuseLinesOfArrays(start, complete);
  if (/^\[\s*(?:\{\s*["}]|\])/.test(start) || (wanted && start.startsWith('['))) return 'array';
  if (mayBeJson && (/^\[[ \t]*\r?\n/.test(start) || isArrayOfValues(start))) return 'array';
  if (!/^\{\s*"/.test(start)) return wanted || (mayBeJson && /^\{[ \t]*\r?\n/.test(start)) ? 'lines' : undefined;
  if (areObjects(start)) return 'objects';
  const parsed = complete ? parsedObject(start) : undefined;
  if (parsed) refuseSingleObject(parsed, start, wanted);
  else if (
    !complete &&
    parsedObject(start.split('\n', 1)[0] ?? '') === undefined &&
    /^\{\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*[^\n]*)?\r?\n\s/.test(start)
  )
    throw singleObject(start, false);
  return 'lines';
}

/**
 * Refuses JSON that would parse as CSV: an array without names in each line.
 * @throws PipewrightError `invalid-input`
 */
function refuseLinesOfArrays(text: string, complete: boolean): void {
  const lines = text.split(/\r?\n/).slice(0, complete ? undefined : -1);
  if (lines.length < 2 || !lines.every((line) => line.trim() === '' || (line.startsWith('[') && isJson(line)))) return;
  throw notATable(
    'text with a JSON array of values without names in each line',
    'Each row must be an object with the names of its columns, such as {"policy": "P-1", "paid": 12.50}.',
  );
}

/** Whether the file starts with a JSON array of arrays, texts or numbers, unlike a CSV file that starts with `[0, 10),5`. */
function isArrayOfValues(text: string): boolean {
  if (!/^\[\s*(?:[["\d-]|true\b|false\b|null\b)/.test(text)) return false;
  const bytes = Buffer.from(text);
  const end = endOfValue(bytes, 0);
  if (end >= 0) return isJson(bytes.toString('utf8', 0, end)) && /^\s*(?:$|\[)/.test(bytes.toString('utf8', end));
  const first = endOfElement(bytes, 1);
  const second = first < 0 ? -1 : endOfElement(bytes, first + 1);
  return (
    (first < 0 || isJson(bytes.toString('utf8', 1, first))) &&
    (second < 0 || isJson(bytes.toString('utf8', first + 1, second)))
  );
}

/** Whether the first object spans several lines or shares its line with the next one, and another object follows. */
function areObjects(text: string): boolean {
  const bytes = Buffer.from(text);
  const end = endOfValue(bytes, 0);
  if (end < 0 || parsedObject(bytes.toString('utf8', 0, end)) === undefined) return false;
  const after = bytes.toString('utf8', end);
  const isOneLine = bytes.subarray(0, end).indexOf(0x0a) < 0;
  return isOneLine ? /^[ \t]*\{\s*["}]/.test(after) : /^\s*\{\s*["}]/.test(after);
}

function refuseSingleObject(object: Record<string, unknown>, text: string, wanted: boolean): void {
  const names = Object.keys(object);
  const isError =
    names.length > 0 &&
    names.every((name) => errorFields.test(name)) &&
    names.some(
      (name) =>
        /^(?:error|errors|fault|error_?(?:code|description|message))$/i.test(name) ||
        (/^(?:message|title|detail)$/i.test(name) &&
          names.some((other) => /^(?:status|status_?code|code|documentation_url)$/i.test(other))),
    );
  if (isError) throw notATable(`an error message: ${text.replace(/\s+/g, ' ').slice(0, 200)}`, getData);
  const isOneLine = !text.includes('\n');
  if (!isOneLine || !wanted) throw singleObject(text, isOneLine);
}
