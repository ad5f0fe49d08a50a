import * as v from 'valibot';
import { PipewrightError, withDetails } from '../../host/error.ts';
import { fileOfAnswer } from '../../http/file-of-answer.ts';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { defineDownload } from '../../define/download.ts';
import { integer, text } from '../../define/fields.ts';
import { accountPath, callDbt, numericId, openDbt } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { runField } from './runs.ts';

/** The path of the artifacts of a run, with a slash at its end. */
const artifactsPath = (run: string, { connection }: Context<DbtConnection>): string =>
  `${accountPath(connection)}/runs/${numericId(run, 'Run ID')}/artifacts/`;

/** What a person must know whose artifact is not there. */
function explained(error: unknown): unknown {
  if (!(error instanceof PipewrightError) || error.code !== 'not-found') return error;
  return withDetails(error, {
    hint: 'Check the run ID, and pick the artifact from the list. dbt keeps artifacts only some seconds after a run has ended, and none of a run that broke off early: start from the trigger Job Run Completed, which waits for them, or run the step again a little later.',
  });
}

/** The artifacts of a run; dbt gives all of them at once. */
const artifactChoices = defineChoices<DbtConnection>({
  key: 'artifacts',
  needs: ['run'],
  async load({ input, search: wanted }, context) {
    const run = runIdOf(String(input['run']));
    const paths = await callDbt(context, 'GET', artifactsPath(run, context), v.array(v.string())).catch(
      (error: unknown) => Promise.reject(explained(error)),
    );
    return {
      choices: search(
        paths.map((path) => ({ value: path, label: path })),
        wanted,
      ),
    };
  },
});

/** Lists are asked before the form is checked, so an address may stand where the ID belongs. */
const runIdOf = (typed: string): string => /\/runs\/(\d+)/.exec(typed)?.[1] ?? typed.trim();

/**
 * Fetches a file that a run left behind: `run_results.json`, `manifest.json`, or what its models exported. It comes as it is,
 * not in dbt's envelope.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/Retrieve%20Run%20Artifact
 */
export const downloadArtifact = defineDownload<DbtConnection>()({
  key: 'downloadArtifact',
  name: 'Download Artifact',
  resource: 'Job Run',
  description: 'Downloads a file that a job run left behind, such as its results or its manifest.',
  input: {
    run: runField,
    artifact: text({
      label: 'Artifact',
      help: 'Pick the artifact, or type its path as dbt lists it. The list is there once the run has ended.',
      placeholder: 'run_results.json',
      choices: artifactChoices,
    }),
    step: v.optional(
      integer({
        label: 'Step',
        help: 'The number of the step of the run whose artifact is meant, where several steps make one of the same name. Empty: the last one.',
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
      return { ...fileOfAnswer(answer, artifact), details: { runId: run, artifact } };
    } catch (error) {
      throw explained(error);
    }
  },
});
