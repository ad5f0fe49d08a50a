import { PipewrightError } from '../../../host/error.ts';
import type { Host } from '../../../host/host.ts';
import type { DeclaredType, DeclaredValue } from '../../../define/declared-values.ts';
import type { PipelineHome, PipelineHomeKind } from './home.ts';
import { callbackParameter } from './pipeline-run.ts';
import { pipelinePropertiesShape } from './pipelines.ts';

/** Parameter with the start key. If a pipeline declares it, its runs can be identified and each key starts one run. */
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

/** The parameters that a pipeline declares. */
export interface Declared {
  /** Parameters that the user enters. */
  parameters: DeclaredValue[];
  /** Whether the pipeline declares the parameters for the start key and the callback URL. */
  takesKey: boolean;
  takesCallbackUrl: boolean;
}

/**
 * Reads the parameters that a pipeline declares.
 * @returns undefined if the account may start the pipeline but not read it
 * @throws PipewrightError `not-found` if the pipeline does not exist
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
    const parameters = Object.entries(withoutReserved(all)).map(([name, { type = '', ...rest }]): DeclaredValue => {
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
      takesCallbackUrl: Object.hasOwn(all, callbackParameter),
    };
  } catch (error) {
    if (!(error instanceof PipewrightError && error.code === 'forbidden')) throw error;
    host.log.info(`${kind.service}: the account may not read the pipeline, so its parameters are not checked.`);
    return undefined;
  }
}

/** The parameters without the reserved ones for the start key and the callback URL. */
export function withoutReserved<T>({
  [keyParameter]: _key,
  [callbackParameter]: _callbackUrl,
  ...others
}: Record<string, T>): Record<string, T> {
  return others;
}
