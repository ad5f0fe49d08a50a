import * as v from 'valibot';
import { PipewrightError, withDetails } from '../../host/error.ts';
import { responseFile } from '../../http/response-file.ts';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { defineDownload } from '../../define/download.ts';
import { integer, text } from '../../define/fields.ts';
import { accountPath, callDbt, numericId, openDbt } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { runField } from './runs.ts';

/** The path of the artifacts of a run, with a trailing slash. */
const artifactsPath = (run: string, { connection }: Context<DbtConnection>): string =>
  `${accountPath(connection)}/runs/${numericId(run, 'Run ID')}/artifacts/`;

/** Explains why an artifact may be missing. */
function withHint(error: unknown): unknown {
  if (!(error instanceof PipewrightError) || error.code !== 'not-found') return error;
  return withDetails(error, {
    hint: 'Check the run ID, and select the artifact from the list. Artifacts become available some seconds after a run finishes, and a run that failed early has none: use the trigger Job Run Completed, which waits for artifacts, or run the step again later.',
  });
}

/** The artifacts of a run, in one response. */
const artifactChoices = defineChoices<DbtConnection>({
  key: 'artifacts',
  needs: ['run'],
  async load({ input, search: query }, context) {
    const run = runIdOf(String(input['run']));
    const paths = await callDbt(context, 'GET', artifactsPath(run, context), v.array(v.string())).catch(
      (error: unknown) => Promise.reject(withHint(error)),
    );
    return {
      choices: search(
        paths.map((path) => ({ value: path, label: path })),
        query,
      ),
    };
  },
});

/** Choices load before the form is checked, so the field may still contain the URL of the run. */
const runIdOf = (value: string): string => /\/runs\/(\d+)/.exec(value)?.[1] ?? value.trim();

/**
 * Downloads an artifact of a run, such as `run_results.json` or `manifest.json`. Artifacts have no envelope.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/Retrieve%20Run%20Artifact
 */
export const downloadArtifact = defineDownload<DbtConnection>()({
  key: 'downloadArtifact',
  name: 'Download Artifact',
  resource: 'Job Run',
  description: 'Downloads an artifact of a job run, such as run_results.json or manifest.json.',
  input: {
    run: runField,
    artifact: text({
      label: 'Artifact',
      help: 'Select the artifact, or enter its path. The list is available once the run has finished.',
      placeholder: 'run_results.json',
      identifier: 'Path',
      choices: artifactChoices,
    }),
    step: v.optional(
      integer({
        label: 'Run Step',
        help: 'The number of the run step to download from, if several steps create the same artifact. Leave empty for the last step.',
        placeholder: '4',
        minimum: 1,
        advanced: true,
      }),
    ),
  },
  output: {
    runId: text({ label: 'Run ID' }),
    artifact: text({ label: 'Artifact' }),
  },
  sample: { runId: '70403103926818', artifact: 'run_results.json' },
  async open({ run, artifact, step }, context) {
    const path = `${artifactsPath(run, context)}${artifact.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/')}`;
    try {
      const answer = await openDbt(context).stream(path, { query: { step }, headers: { accept: '*/*' } });
      return { ...responseFile(answer, artifact), details: { runId: run, artifact } };
    } catch (error) {
      throw withHint(error);
    }
  },
});
