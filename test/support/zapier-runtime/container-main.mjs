// Runs inside the container: loads the app as Zapier's Lambda function does and handles one event after the other.
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';

const started = performance.now();
const { handler } = await import(pathToFileURL(join(process.cwd(), 'zapierwrapper.js')).href);
const importMs = performance.now() - started;

process.on('message', async (message) => {
  try {
    const result = await handler(message.event, {});
    process.send({ type: 'result', id: message.id, result });
  } catch (error) {
    const isError = error instanceof Error;
    process.send({
      type: 'error',
      id: message.id,
      name: (isError && error.name) || 'Error',
      message: isError ? error.message : String(error),
    });
  }
});
// The parent process is gone, so no more events will come.
process.on('disconnect', () => process.exit(0));

process.send({ type: 'ready', importMs });
