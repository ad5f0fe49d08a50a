import type { Bytes } from '../host/bytes.ts';
import type { Host } from '../host/host.ts';
import { redact } from '../host/redact.ts';
import { secretMask, type SecretMask } from '../host/secret-mask.ts';
import type { Context } from './context.ts';
import { describeField, type Fields } from './fields.ts';

/** Query parameters that contain credentials. */
const secretParameter = /sig|token|secret|key|password|pwd|code|auth/i;

/** The secrets in a URL: user name and password, and query parameters with credentials. */
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
  // A user name without a password is a token, as in https://token@host.
  return [
    ...(password ? [password, decoded(password)] : username ? [username, decoded(username)] : []),
    ...[...searchParams].flatMap(([name, value]) => (secretParameter.test(name) ? [value] : [])),
  ];
}

/** Adds the secrets of a connection to a mask. A value that a non-secret field also contains, such as a user name, is not secret. */
export function learnConnection(mask: SecretMask, fields: Fields, values: unknown): void {
  if (typeof values !== 'object' || values === null) return;
  const known = Object.entries(values).flatMap(([name, value]) =>
    fields[name] ? [{ value: value as unknown, isSecret: describeField(fields[name]).secret === true }] : [],
  );
  const open = new Set(known.flatMap(({ value, isSecret }) => (isSecret ? [] : [value])));
  for (const { value, isSecret } of known) {
    if (isSecret && !open.has(value)) mask.add(value);
    for (const part of secretsInAddress(value)) mask.add(part);
  }
}

/** The credentials after the authentication scheme (RFC 9110, section 11.4). */
const credentials = /^[\w-]+\s+(\S+)$/;

/** Wraps a host to mask secrets in the log and in file names, and to treat authorization headers as secrets. Everything else is inherited, including properties that change. */
function concealedHost(host: Host, mask: SecretMask): Host {
  const masked = (message: string): string => redact(mask.text(message));
  const overrides: Pick<Host, 'mask' | 'http' | 'log' | 'files'> = {
    mask,
    http: (request) => {
      mask.add(credentials.exec(request.headers['authorization'] ?? '')?.[1]);
      return host.http(request);
    },
    log: { info: (message) => host.log.info(masked(message)), warn: (message) => host.log.warn(masked(message)) },
    files: {
      save: (file) => host.files.save({ ...file, name: mask.text(file.name), mediaType: mask.text(file.mediaType) }),
      read: (value) => host.files.read(value),
    },
  };
  // Copies descriptors, because the remaining time of a host is a getter.
  return Object.create(Object.getPrototypeOf(host) as object | null, {
    ...Object.getOwnPropertyDescriptors(host),
    ...Object.getOwnPropertyDescriptors(overrides),
  });
}

/** The connections that an operation may receive secrets from. */
export interface Concealed {
  connection: { fields: Fields };
}

/**
 * Does work with a context that masks secrets in the log and in errors.
 * @param work receives the context, and the mask for its result
 * @throws the error of the work, without secrets
 */
export async function withoutSecrets<C, T>(
  { connection }: Concealed,
  context: Context<C>,
  work: (context: Context<C>, mask: SecretMask) => Promise<T>,
): Promise<T> {
  const { host } = context;
  const mask = host.mask ?? secretMask();
  learnConnection(mask, connection.fields, context.connection);
  const concealed: Context<C> = { ...context, host: host.mask ? host : concealedHost(host, mask) };
  try {
    return await work(concealed, mask);
  } catch (error) {
    throw mask.error(error);
  }
}

/** Does work with a masked context and masks its result too. */
export function concealing<C, T>(
  concealed: Concealed,
  context: Context<C>,
  work: (context: Context<C>) => Promise<T>,
): Promise<T> {
  return withoutSecrets(concealed, context, async (masked, mask) => mask.value(await work(masked)));
}

/** Passes bytes through unchanged, because they are data; masks errors while reading them. */
export async function* bytesWithoutSecrets(bytes: Bytes, mask: SecretMask): Bytes {
  try {
    yield* bytes;
  } catch (error) {
    throw mask.error(error);
  }
}
