/**
 * Loaded into n8n before anything else: ends it when the process that started it is gone, however that ended.
 * The channel between the two closes with the parent, even when nobody could clean up.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Waiting for the parent must not keep n8n alive once it has stopped.
  process.channel.unref();
}
