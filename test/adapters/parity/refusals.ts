import { describeField } from '../../../shared/src/define/fields.ts';
import type { Operation } from '../../../shared/src/define/operation.ts';
import type { Service } from '../../../shared/src/define/service.ts';

/** Values that a form needs in addition to its required fields, by operation, or by service and operation. */
const run = '{"id": "42", "name": "load", "status": "running"}';
const besides: Record<string, Record<string, unknown>> = {
  sendMessage: { text: 'Hello' },
  postRunCard: { run },
  'restJob.runJob': { tool: 'prefect', job: 'unknown-1' },
  'restJob.getJobRun': { tool: 'prefect' },
  'restJob.cancelJobRun': { tool: 'prefect' },
};

/** A value in the vendor's format that does not exist there. */
function unknownTo(service: Service, field: string): string {
  if (field === 'factory') return 'nowhere/nothing';
  if (field === 'path') return '/Volumes/nowhere/nothing/here/nothing.csv';
  if (field === 'notebook') return '/nowhere/nothing';
  return service.key === 'dbt' || service.key === 'databricks' ? '999999' : 'unknown-1';
}

/** Names of the required fields with free-text values. */
export function neededFields({ input }: Operation): string[] {
  return Object.entries(input).flatMap(([name, field]) => {
    const { required, kind } = describeField(field);
    return required && kind !== 'option' ? [name] : [];
  });
}

/**
 * A form with required fields that contain values unknown to the vendor.
 * @param file the value of a file field
 */
export function unknownInput(service: Service, operation: Operation, file: unknown): Record<string, unknown> {
  const values = Object.entries(operation.input).flatMap(([name, field]): [string, unknown][] => {
    const { kind, required, options } = describeField(field);
    if (!required && !(kind === 'file' && file !== undefined)) return [];
    if (kind === 'option') return [[name, options?.[0]?.value]];
    if (kind === 'file') return [[name, file]];
    return [[name, kind === 'text' ? unknownTo(service, name) : 1]];
  });
  return { ...besides[operation.key], ...besides[`${service.key}.${operation.key}`], ...Object.fromEntries(values) };
}

/** Operations that do not log in, each with the reason. */
export const withoutLogin: Record<string, string> = {
  drawRunTimeline: 'The picture is drawn locally.',
  completeActivity: 'The callback URL in the handle is itself the credential.',
};

/** The field with the secret that a service logs in with. */
export function secretField({ name, connection }: Service): string {
  const secrets = Object.entries(connection.fields).filter(([, field]) => describeField(field).secret);
  const login = secrets.find(([field]) => !/webhook/i.test(field));
  if (!login) throw new Error(`The connection of ${name} has no secret to log in with.`);
  return login[0];
}

/** What an error must mention on every platform. */
export const said = {
  wrongSecret: /(the|its) (client )?secret|API token|API key|access token|Bot User OAuth Token/,
  unknown: /Check |Pick |Select |Use |Open |Look at /,
  forbidden: /role|[Ss]hare|token|administrator|Entra/,
};
