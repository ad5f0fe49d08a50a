import { PipewrightError } from '../../host/error.ts';
import type { Context } from '../../define/context.ts';
import { defineDeclared, fitValues, type DeclaredValue } from '../../define/declared-values.ts';
import { openDatabricks, service } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobSettingsShape } from './job-shapes.ts';

/**
 * The parameters of a job: text, each with a default.
 * @see https://docs.databricks.com/api/workspace/jobs/get
 */
async function readDeclared(job: string, context: Context<DatabricksConnection>): Promise<DeclaredValue[]> {
  const { settings = {} } = await openDatabricks(context).json('GET', '/jobs/get', jobSettingsShape, {
    query: { job_id: job },
  });
  return (settings.parameters ?? []).map(({ name, default: preset }) => ({
    name,
    type: 'text',
    required: false,
    default: preset ?? '',
  }));
}

/** The parameters of the selected job. */
export const jobParameters = defineDeclared<DatabricksConnection>({
  key: 'jobParameters',
  noun: { singular: 'parameter', plural: 'parameters' },
  needs: ['job'],
  load: (input, context) => readDeclared(String(input['job']), context),
});

/**
 * The parameters as text, checked against the job's parameters if the connection may read the job.
 * @throws PipewrightError `invalid-input` if the job has no such parameter
 */
export async function jobTexts(
  job: string,
  parameters: Record<string, unknown>,
  context: Context<DatabricksConnection>,
): Promise<Record<string, string>> {
  const texts = asTexts(parameters);
  if (Object.keys(texts).length === 0) return texts;
  try {
    return asTexts(fitValues(service, `Job ${job}`, await readDeclared(job, context), texts));
  } catch (error) {
    if (error instanceof PipewrightError && error.code === 'forbidden') return texts;
    throw error;
  }
}

/** Converts values to text, the only type of Databricks parameters. */
export function asTexts(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
