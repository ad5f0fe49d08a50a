import type { Api } from '../../../http/api.ts';
import type { Context } from '../../../define/context.ts';
import type { Field, Fields } from '../../../define/fields.ts';
import type { AzureConnection } from '../connection-fields.ts';

/** A resource that contains and runs pipelines: a data factory or a Synapse workspace. */
export interface PipelineHome {
  api: Api;
  /** Path before `/pipelines`. */
  path: string;
  name: string;
  /** URL of a run; undefined if the studio or the resource ID is unknown. */
  runPage(id: string): string | undefined;
  /** Path of the query for the activities of a run. */
  activityRunsPath(run: { id: string; name: string }): string;
}

/** The differences between Data Factory and Synapse in running pipelines. */
export interface PipelineHomeKind {
  /** Display name of the service. */
  service: string;
  /** API version. */
  version: string;
  /** Whether a recovery run finds the failed activity by itself. */
  startsFromFailure: boolean;
  /** Key of the input field for the home: `factory`. */
  key: string;
  field: Field;
  /** Noun for a home in a sentence: `factory`. */
  noun: string;
  /** Display name of the studio, and example URLs of a pipeline and a run. */
  studio: { name: string; pipelinePage: string; runPage: string };
  /** Opens the home that the user selected. */
  open(nameOrId: string, context: Context<AzureConnection>): Promise<PipelineHome>;
}

/** Adds the field for the home before other input fields. The type omits it: `openHome` reads it. */
export function inHome<F extends Fields>(kind: PipelineHomeKind, fields: F): F {
  return { [kind.key]: kind.field, ...fields };
}

/** The home that the user entered. */
export function homeOf({ key }: PipelineHomeKind, input: object): string {
  return String((input as Record<string, unknown>)[key] ?? '');
}

/** Opens the home in the input of an operation. */
export function openHome(
  kind: PipelineHomeKind,
  input: object,
  context: Context<AzureConnection>,
): Promise<PipelineHome> {
  return kind.open(homeOf(kind, input), context);
}
