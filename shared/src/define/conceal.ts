import type { Bytes } from '../host/bytes.ts';
import type { Host } from '../host/host.ts';
import { redact } from '../host/redact.ts';
import { secretMask, type SecretMask } from '../host/secret-mask.ts';
import type { Context } from './context.ts';
import { describeField, type Fields } from './fields.ts';

/** Parameters of an address whose values log in. */
const secretParameter = /sig|token|secret|key|password|pwd|code|auth/i;

/** What is secret in an address: the login before the host, and parameters that log in. */
export function secretsInAddress(value: unknown): string[] {
  if (typeof value !== 'string' || !/^[a-z][a-z\d+.-]*:\/\//i.test(value) || !URL.canParse(value)) return [];
  const { username, password, searchParams } = new URL(value);
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  // A user without a password is a token, as in https://token@host.
  return [
    ...(password ? [password, decoded(password)] : username ? [username, decoded(username)] : []),
    ...[...searchParams].flatMap(([name, given]) => (secretParameter.test(name) ? [given] : [])),
  ];
}

/** Tells a mask the secrets among the values of a connection; what a field that is no secret holds as well, such as a user name, is none. */
export function learnConnection(mask: SecretMask, fields: Fields, values: unknown): void {
  if (typeof values !== 'object' || values === null) return;
  const given = Object.entries(values).flatMap(([name, value]) =>
    fields[name] ? [{ value: value as unknown, isSecret: describeField(fields[name]).secret === true }] : [],
  );
  const open = new Set(given.flatMap(({ value, isSecret }) => (isSecret ? [] : [value])));
  for (const { value, isSecret } of given) {
    if (isSecret && !open.has(value)) mask.learn(value);
    for (const part of secretsInAddress(value)) mask.learn(part);
  }
}

/** What logs in behind the word that says how (RFC 9110, section 11.4). */
const credentials = /^[\w-]+\s+(\S+)$/;

/** A host whose log and file names show no secret, and which takes what it logs in with for one. Everything else is the host's own, also what it says later. */
function concealedHost(host: Host, mask: SecretMask): Host {
  const shown = (message: string): string => redact(mask.text(message));
  const own: Pick<Host, 'mask' | 'http' | 'log' | 'files'> = {
    mask,
    http: (request) => {
      mask.learn(credentials.exec(request.headers['authorization'] ?? '')?.[1]);
      return host.http(request);
    },
    log: { info: (message) => host.log.info(shown(message)), warn: (message) => host.log.warn(shown(message)) },
    files: {
      save: (file) => host.files.save({ ...file, name: mask.text(file.name), mediaType: mask.text(file.mediaType) }),
      read: (value) => host.files.read(value),
    },
  };
  // By descriptors, for what a host says of the time that is left is another at every look.
  return Object.create(Object.getPrototypeOf(host) as object | null, {
    ...Object.getOwnPropertyDescriptors(host),
    ...Object.getOwnPropertyDescriptors(own),
  });
}

/** The connections whose secrets an operation may meet. */
export interface Concealed {
  connection: { fields: Fields };
  furtherConnections?: readonly { connection: { key: string; fields: Fields } }[] | undefined;
}

/**
 * Does some work with a context whose secrets are hidden in what is logged and in what goes wrong.
 * @param work gets the context, and the mask for what it gives back
 * @throws what the work throws, without secrets
 */
export async function withoutSecrets<C, T>(
  { connection, furtherConnections }: Concealed,
  context: Context<C>,
  work: (context: Context<C>, mask: SecretMask) => Promise<T>,
): Promise<T> {
  const { host, connectionOf } = context;
  const mask = host.mask ?? secretMask();
  learnConnection(mask, connection.fields, context.connection);
  const concealed: Context<C> = { ...context, host: host.mask ? host : concealedHost(host, mask) };
  if (connectionOf) {
    concealed.connectionOf = async (key) => {
      const values = await connectionOf(key);
      const further = furtherConnections?.find((one) => one.connection.key === key);
      if (further) learnConnection(mask, further.connection.fields, values);
      return values;
    };
  }
  try {
    return await work(concealed, mask);
  } catch (error) {
    throw mask.error(error);
  }
}

/** The same work, whose result shows no secret either. */
export function concealing<C, T>(
  concealed: Concealed,
  context: Context<C>,
  work: (context: Context<C>) => Promise<T>,
): Promise<T> {
  return withoutSecrets(concealed, context, async (own, mask) => mask.value(await work(own)));
}

/** Bytes that are data and stay as they are; what goes wrong while they come shows no secret. */
export async function* bytesWithoutSecrets(bytes: Bytes, mask: SecretMask): Bytes {
  try {
    yield* bytes;
  } catch (error) {
    throw mask.error(error);
  }
}
