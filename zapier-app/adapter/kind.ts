import { isDownload } from '../../shared/src/define/download.ts';
import type { Operation } from '../../shared/src/define/operation.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';

/**
 * Zapier's kind of a step. An action that only reads one object, which its output identifies by `id`, is a search: it has nothing
 * to create, and the user decides whether a Zap continues if the object does not exist. Downloads and the steps that read rows of
 * a file are actions, because a missing file is an error (docs/decisions/0008-what-is-a-search-on-zapier.md).
 */
export function kindOf(described: Operation | Trigger): 'trigger' | 'action' | 'search' {
  if (described.kind !== 'action') return described.kind;
  return described.effect === 'safe' && 'id' in described.output && !isDownload(described) ? 'search' : 'action';
}
