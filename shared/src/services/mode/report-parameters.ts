import { defineDeclared, type DeclaredType, type DeclaredValue } from '../../define/declared-values.ts';
import { PipewrightError } from '../../host/error.ts';
import type { Host } from '../../host/host.ts';
import { openMode, service } from './api.ts';
import type { ModeConnection } from './connection-fields.ts';
import { listQueries, type Report, type VendorQuery } from './reports.ts';

/** The definitions of parameters in the code of a query. */
const form = /\{%-?\s*form\s*-?%\}([\s\S]*?)\{%-?\s*endform\s*-?%\}/g;

/** The types of parameters: text, select and date have one value, multiselect has several. */
const typeOf = (word: string | undefined): DeclaredType => (word === 'multiselect' ? 'list' : 'text');

/** Reads the names and types in a definition, which is YAML: names on the first level, their properties below. */
function readForm(definition: string): DeclaredValue[] {
  const lines = definition.split(/\r?\n/).filter((line) => /^\s*[^\s#]/.test(line));
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  const found: DeclaredValue[] = [];
  for (const line of lines) {
    const [, name] = (line.search(/\S/) === indent && /^\s*["']?([\w-]+)["']?\s*:\s*(?:#.*)?$/.exec(line)) || [];
    const [, type] = /^\s*type\s*:\s*["']?(\w+)/.exec(line) ?? [];
    const last = found.at(-1);
    if (name !== undefined) found.push({ name, type: 'text', required: false });
    else if (type !== undefined && last) last.type = typeOf(type);
  }
  return found;
}

/**
 * The parameters that the queries of a report define. Their defaults are left to Mode, so that a changed default counts.
 * @see https://help.modeanalytics.com/articles/parameters/
 */
export function parametersOf(queries: readonly VendorQuery[]): DeclaredValue[] {
  const all = queries.flatMap(({ raw_query: code }) =>
    [...(code ?? '').matchAll(form)].flatMap(([, definition = '']) => readForm(definition)),
  );
  return [...new Map(all.map((parameter) => [parameter.name, parameter])).values()];
}

/** The parameters of the selected report. */
export const reportParameters = defineDeclared<ModeConnection>({
  key: 'reportParameters',
  noun: { singular: 'parameter', plural: 'parameters' },
  needs: ['report'],
  load: async (input, context) => parametersOf(await listQueries(openMode(context), String(input['report']))),
});

/** A list that was entered as JSON text. */
function parseList(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // Not JSON: refused below.
  }
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The report expects a list for “${name}”.`,
    hint: `Enter a JSON array as the value of “${name}”, such as ["EMEA", "APAC"].`,
  });
}

/** The parameters of a report; none if the connection may run the report but not read its queries. */
async function readDeclared({ api, id }: Report): Promise<DeclaredValue[]> {
  try {
    return parametersOf(await listQueries(api, id));
  } catch (error) {
    if (error instanceof PipewrightError && error.code === 'forbidden') return [];
    throw error;
  }
}

/**
 * Checks the entered parameters against those that the report defines. Mode does not document that all of them are defined in the
 * queries: a name that differs from a defined one in its case only is refused, any other one is passed on.
 * @throws PipewrightError `invalid-input` for such a name, and for a text in place of a list
 */
export async function fitParameters(
  report: Report,
  entered: Record<string, unknown>,
  { log }: Host,
): Promise<Record<string, unknown>> {
  if (Object.keys(entered).length === 0) return entered;
  const declared = await readDeclared(report);
  for (const name of Object.keys(entered)) {
    if (declared.some((one) => one.name === name)) continue;
    const similar = declared.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (similar)
      throw new PipewrightError({
        code: 'invalid-input',
        service,
        message: `The report has no parameter “${name}”.`,
        hint: `Use “${similar.name}”: names are case-sensitive.`,
      });
    log.warn(`${service}: the queries of the report define no parameter “${name}”.`);
  }
  const isList = (name: string): boolean => declared.some((one) => one.name === name && one.type === 'list');
  return Object.fromEntries(
    Object.entries(entered).map(([name, value]) => [name, isList(name) ? parseList(name, value) : value]),
  );
}
