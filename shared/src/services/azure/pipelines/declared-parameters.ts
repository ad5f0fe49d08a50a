import { PipewrightError } from '../../../host/error.ts';
import type { Host } from '../../../host/host.ts';
import type { PipelineHome, PipelineHomeKind } from './home.ts';
import type { VendorPipeline } from './pipelines.ts';

/** The parameters that a pipeline declares, by their names. */
export type DeclaredParameters = NonNullable<NonNullable<VendorPipeline['properties']>['parameters']>;

/**
 * Reads what a pipeline declares.
 * @returns undefined when the connection may start the pipeline but not read it
 * @throws PipewrightError `not-found` when there is no such pipeline
 */
export async function readDeclared(kind: PipelineHomeKind, home: PipelineHome, pipeline: string, host: Host): Promise<DeclaredParameters | undefined> {
  const path = `${home.path}/pipelines/${encodeURIComponent(pipeline)}`;
  try {
    const { properties } = await home.api.json<VendorPipeline>('GET', path, { query: { 'api-version': kind.version } });
    return properties?.parameters ?? {};
  } catch (error) {
    if (!(error instanceof PipewrightError && error.code === 'forbidden')) throw error;
    host.log.info(`${kind.service}: the pipeline may not be read, so its parameters are not checked.`);
    return undefined;
  }
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

const quoted = (names: readonly string[]): string => names.map((name) => `“${name}”`).join(', ');

/**
 * Checks values against what a pipeline declares, before anything is started: the service itself does not say what is wrong
 * with a name that is spelled in another way.
 * @throws PipewrightError `bad-input` that names the parameters, and the nearest that there is
 */
export function checkParameters(kind: PipelineHomeKind, pipeline: string, declared: DeclaredParameters, given: Record<string, unknown>): void {
  const names = Object.keys(declared);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const missing = names.filter((name) => !Object.hasOwn(declared[name] ?? {}, 'defaultValue') && !Object.hasOwn(given, name));
  if (unknown.length === 0 && missing.length === 0) return;
  const nearest = unknown.flatMap((name) => names.filter((other) => plain(other) === plain(name)));
  const faults = [
    ...(unknown.length > 0 ? [`has no parameter ${quoted(unknown)}`] : []),
    ...(missing.length > 0 ? [`needs a value for ${quoted(missing)}`] : []),
  ];
  throw new PipewrightError({
    code: 'bad-input',
    service: kind.service,
    message: `The pipeline ${pipeline} ${faults.join(' and ')}.`,
    hint:
      nearest.length > 0
        ? `Write ${quoted([...new Set(nearest)])}: upper and lower case matter.`
        : names.length > 0
          ? `Check the parameters. Those of the pipeline are ${quoted(names)}.`
          : 'Remove it: the pipeline takes no parameters.',
  });
}
