/**
 * Loaded into n8n before anything else: ends it when the process that started it is gone, however that ended.
 * The channel between the two closes with the parent, even when nobody could clean up.
 */
import { isMainThread } from 'node:worker_threads';

const millisecondsToStop = 10_000;

if (isMainThread && process.channel) {
  // Nobody reads what n8n prints any more; an error for every line would keep it busy instead of stopping.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.once('disconnect', () => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), millisecondsToStop).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // Waiting for the parent must not keep n8n alive once it has stopped.
  process.channel.unref();
}
