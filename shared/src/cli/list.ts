import { cliServices } from '../catalog/cli-services.ts';
import { platformsOf } from '../define/platforms.ts';
import { parseWords } from './usage-error.ts';
import { print } from './print.ts';

/** `pipewright list`: lists every operation and trigger. */
export async function listOperations(words: string[]): Promise<void> {
  const { values } = parseWords(words, { json: { type: 'boolean' } });
  const entries = cliServices.flatMap((service) =>
    [...service.triggers, ...service.operations].map(({ key, name, kind, description }) => ({
      key: `${service.key}.${key}`,
      name,
      kind,
      service: service.name,
      platforms: platformsOf(service, kind),
      description,
    })),
  );
  if (values.json) return print(entries, true);
  const width = Math.max(...entries.map(({ key }) => key.length));
  for (const entry of entries) {
    process.stdout.write(
      `${entry.key.padEnd(width)}  ${entry.kind.padEnd(7)}  ${entry.platforms.join(', ').padEnd(16)}  ${entry.description}\n`,
    );
  }
}
