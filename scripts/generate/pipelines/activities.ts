/** A value that the service evaluates when the activity runs. */
export interface Expression {
  value: string;
  type: 'Expression';
}

/** A reference to a linked service or dataset, with the values of its parameters. */
export interface Reference {
  referenceName: string;
  type: 'LinkedServiceReference' | 'DatasetReference';
  parameters?: Record<string, unknown>;
}

/** When an activity starts: after another one, on one of these outcomes. */
export interface Dependency {
  activity: string;
  dependencyConditions: ('Succeeded' | 'Failed' | 'Skipped')[];
}

/** The limits of an activity, and whether its input and output are hidden in the run history. */
export interface Policy {
  timeout: string;
  retry: number;
  retryIntervalInSeconds: number;
  secureInput: boolean;
  secureOutput: boolean;
}

/** An activity as Data Factory, Synapse and Fabric store it. */
export interface Activity {
  name: string;
  description?: string;
  type: string;
  dependsOn?: Dependency[];
  /** Execute Pipeline has no limits, and hides only its input. */
  policy?: Policy | Pick<Policy, 'secureInput'>;
  linkedServiceName?: Reference;
  inputs?: Reference[];
  outputs?: Reference[];
  typeProperties: Record<string, unknown>;
  /** Only in Fabric: the connection. */
  externalReferences?: { connection: string };
}

/** A parameter or variable of a pipeline. */
export interface Declared {
  type: string;
  defaultValue?: unknown;
}

/** A pipeline as Data Factory, Synapse and Fabric store it. */
export interface Pipeline {
  name: string;
  properties: {
    description: string;
    activities: Activity[];
    parameters?: Record<string, Declared>;
    variables?: Record<string, Declared>;
    annotations: string[];
  };
}

/** A linked service or dataset. */
export interface Resource {
  name: string;
  properties: Record<string, unknown>;
}

/** Marks a text as an expression. @param value starts with `@` */
export function expression(value: string): Expression {
  return { value, type: 'Expression' };
}

/** Starts after an activity that succeeded. */
export function after(activity: string): Dependency[] {
  return [{ activity, dependencyConditions: ['Succeeded'] }];
}

/**
 * Starts if the last activity of a sequence failed, or was skipped because an earlier one failed.
 * @see https://learn.microsoft.com/azure/data-factory/tutorial-pipeline-failure-error-handling#generic-error-handling
 */
export function ifFailedUpTo(activity: string): Dependency[] {
  return [{ activity, dependencyConditions: ['Failed', 'Skipped'] }];
}

/** A policy without retries. @param timeout days, hours, minutes and seconds, such as `0.01:00:00` */
export function policy(timeout: string, secure: { input?: boolean; output?: boolean } = {}): Policy {
  return {
    timeout,
    retry: 0,
    retryIntervalInSeconds: 30,
    secureInput: secure.input ?? false,
    secureOutput: secure.output ?? false,
  };
}
