import type { Api } from '../../../http/api.ts';
import type { Context } from '../../../define/context.ts';
import type { Field, Fields } from '../../../define/fields.ts';
import type { AzureConnection } from '../connection-fields.ts';

/** An opened place that holds pipelines and runs them: a factory of Data Factory, or a workspace of Synapse. */
export interface PipelineHome {
  api: Api;
  /** What stands before `/pipelines`. */
  path: string;
  name: string;
  /** The page of a run; undefined where the studio or the resource ID is not known. */
  runPage(id: string): string | undefined;
  /** What is asked for the activities of a run. */
  activityRunsPath(run: { id: string; name: string }): string;
}

/** All that tells Data Factory and Synapse apart where they run pipelines. */
export interface PipelineHomeKind {
  /** Display name of the service. */
  service: string;
  /** Version of the interface. */
  version: string;
  /** Whether a recovery run finds the activity that failed by itself. */
  startsFromFailure: boolean;
  /** Name of the input field that says which home: `factory`. */
  key: string;
  field: Field;
  /** What a home is called in a sentence: `factory`. */
  noun: string;
  /** Display name of the web pages, and addresses of a pipeline and of a run there. */
  studio: { name: string; pipelinePage: string; runPage: string };
  /** Opens the home that a person named. */
  open(named: string, context: Context<AzureConnection>): Promise<PipelineHome>;
}

/** Input fields after the one that says which home. It is left out of the type: `openHome` reads it. */
export function inHome<F extends Fields>(kind: PipelineHomeKind, fields: F): F {
  return { [kind.key]: kind.field, ...fields };
}

/** What a person typed to name a home. */
export function homeOf({ key }: PipelineHomeKind, input: object): string {
  return String((input as Record<string, unknown>)[key] ?? '');
}

/** Opens the home that an input names. */
export function openHome(
  kind: PipelineHomeKind,
  input: object,
  context: Context<AzureConnection>,
): Promise<PipelineHome> {
  return kind.open(homeOf(kind, input), context);
}
