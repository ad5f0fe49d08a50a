import { PipewrightError } from '../../host/error.ts';
import { service } from './api.ts';

/**
 * The owner and name in a repository such as `contoso/pipelines` or the URL of its page.
 * @throws PipewrightError `invalid-input`
 */
export function readRepository(text: string | undefined): { owner: string; repository: string } {
  const [, owner, repository] = /^(?:https:\/\/[^/]+\/)?([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(text ?? '') ?? [];
  if (owner !== undefined && repository !== undefined) return { owner, repository };
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: text ? '“Repository” is not valid.' : '“Repository” is missing.',
    hint: 'Enter the owner and the name, e.g. contoso/pipelines.',
  });
}
