import { PipewrightError } from '../../../host/error.ts';
import type { Host } from '../../../host/host.ts';
import type { DeclaredType, DeclaredValue } from '../../../define/declared-values.ts';
import type { PipelineHome, PipelineHomeKind } from './home.ts';
import { callbackParameter } from './pipeline-run.ts';
import { pipelinePropertiesShape } from './pipelines.ts';

/** A pipeline that declares this parameter is started once for each key, for its runs can be told apart by it. */
export const keyParameter = 'pipewrightStartKey';

const types: Record<string, DeclaredType> = {
  string: 'text',
  securestring: 'text',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  array: 'list',
  object: 'values',
};

/** What a pipeline declares. */
export interface Declared {
  /** The parameters that people give. */
  parameters: DeclaredValue[];
  /** Whether it takes the key of a start, and the address that it is to call at its end. */
  takesKey: boolean;
  takesAddress: boolean;
}

/**
 * Reads what a pipeline declares.
 * @returns undefined when the connection may start the pipeline but not read it
 * @throws PipewrightError `not-found` when there is no such pipeline
 */
export async function readDeclared(
  kind: PipelineHomeKind,
  home: PipelineHome,
  pipeline: string,
  host: Host,
): Promise<Declared | undefined> {
  const path = `${home.path}/pipelines/${encodeURIComponent(pipeline)}`;
  try {
    const { properties } = await home.api.json('GET', path, pipelinePropertiesShape, {
      query: { 'api-version': kind.version },
    });
    const all = properties?.parameters ?? {};
    const parameters = Object.entries(ownParameters(all)).map(([name, { type = '', ...rest }]): DeclaredValue => {
      const hasDefault = Object.hasOwn(rest, 'defaultValue');
      return {
        name,
        type: types[type.toLowerCase()] ?? 'text',
        required: !hasDefault,
        ...(hasDefault ? { default: rest['defaultValue'] } : {}),
      };
    });
    return {
      parameters,
      takesKey: Object.hasOwn(all, keyParameter),
      takesAddress: Object.hasOwn(all, callbackParameter),
    };
  } catch (error) {
    if (!(error instanceof PipewrightError && error.code === 'forbidden')) throw error;
    host.log.info(`${kind.service}: the pipeline may not be read, so its parameters are not checked.`);
    return undefined;
  }
}

/** The parameters without those that are filled in here, or by a person, or left empty. */
export function ownParameters<T>({
  [keyParameter]: _key,
  [callbackParameter]: _address,
  ...others
}: Record<string, T>): Record<string, T> {
  return others;
}
