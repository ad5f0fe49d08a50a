/**
 * Loaded into n8n before anything else: ends n8n when its parent process is gone, however that ended.
 * The channel between the two closes with the parent, even if the parent could not clean up.
 */
import { isMainThread } from 'node:worker_threads';

const millisecondsToStop = 10_000;

if (isMainThread && process.channel) {
  // Without the parent, n8n's output is not read; an error per line would keep n8n busy instead of letting it stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.once('disconnect', () => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), millisecondsToStop).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // The open channel must not keep n8n alive once it has stopped.
  process.channel.unref();
}
