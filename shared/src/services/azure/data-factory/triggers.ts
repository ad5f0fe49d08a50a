import * as v from 'valibot';
import { PipewrightError } from '../../../host/error.ts';
import type { Host } from '../../../host/host.ts';
import { withoutUndefined } from '../../../host/without-undefined.ts';
import { filledText, optionalField, displayField, displayText, type Parsed } from '../../../http/response-schema.ts';
import { defineChoices, search } from '../../../define/choice-list.ts';
import { boolean, json, text } from '../../../define/fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { readAll } from '../pages.ts';
import { openFactory, service, version, type Factory } from './factory.ts';

const triggerShape = v.object({
  name: filledText,
  properties: optionalField(
    v.object({
      type: displayText,
      runtimeState: optionalField(filledText),
      pipelines: displayField(
        v.array(v.object({ pipelineReference: optionalField(v.object({ referenceName: displayText })) })),
      ),
    }),
  ),
});

/** A trigger in an API response. */
export type VendorTrigger = Parsed<typeof triggerShape>;

/** Lists the triggers of a factory. */
export function listTriggers(factory: Factory): Promise<VendorTrigger[]> {
  return readAll(factory.api, { service, path: `${factory.path}/triggers`, version, entry: triggerShape });
}

const triggerChoices = defineChoices<AzureConnection>({
  key: 'triggers',
  needs: ['factory'],
  async load(query, context) {
    const factory = await openFactory(String(query.input['factory'] ?? ''), context);
    const choices = (await listTriggers(factory)).map((trigger) => ({
      value: trigger.name,
      label: `${trigger.name} (${trigger.properties?.runtimeState ?? 'unknown'})`,
    }));
    return { choices: search(choices, query.search) };
  },
});

/** Field for the trigger. */
export const triggerField = text({
  label: 'Trigger',
  help: 'Select the trigger or enter its name.',
  placeholder: 'Every morning',
  identifier: 'Name',
  choices: triggerChoices,
});

/** Output fields of a trigger. */
export const triggerFields = {
  id: text({ label: 'Name' }),
  type: v.optional(text({ label: 'Type' })),
  state: text({ label: 'State' }),
  started: boolean({ label: 'Started' }),
  pipelines: json({ label: 'Pipelines' }),
};

/** Sample trigger. */
export const sampleTrigger = {
  id: 'Every morning',
  type: 'ScheduleTrigger',
  state: 'Started',
  started: true,
  pipelines: ['QT_fetch_data'],
};

/** Converts a trigger. */
export function readTrigger(trigger: VendorTrigger) {
  const { type, runtimeState = 'Unknown', pipelines = [] } = trigger.properties ?? {};
  return {
    id: trigger.name,
    ...withoutUndefined({ type: type || undefined }),
    state: runtimeState,
    started: runtimeState === 'Started',
    pipelines: pipelines.map((entry) => entry.pipelineReference?.referenceName ?? '').filter((name) => name !== ''),
  };
}

/** Maximum time in seconds for a trigger to start or stop. */
const switchTimeoutSeconds = 120;

/**
 * Starts or stops a trigger and waits for its state, because Data Factory responds before the change is complete.
 * @throws PipewrightError `timed-out` if the state does not change in time
 */
export async function switchTrigger(
  host: Host,
  factory: Factory,
  name: string,
  to: 'start' | 'stop',
): Promise<ReturnType<typeof readTrigger>> {
  const path = `${factory.path}/triggers/${encodeURIComponent(name)}`;
  const wanted = to === 'start' ? 'Started' : 'Stopped';
  const query = { 'api-version': version };
  const read = () => factory.api.json('GET', path, triggerShape, { query });
  const before = await read();
  if (before.properties?.runtimeState === wanted) return readTrigger(before);
  await factory.api.send('POST', `${path}/${to}`, { query, effect: 'idempotent' });
  const deadline = host.now() + Math.min(switchTimeoutSeconds, host.maxWaitSeconds ?? switchTimeoutSeconds) * 1000;
  for (let pause = 500; ; pause = Math.min(5_000, pause * 1.5)) {
    const trigger = await read();
    if (trigger.properties?.runtimeState === wanted) return readTrigger(trigger);
    if (host.now() + pause > deadline) break;
    await host.sleep(pause);
  }
  throw new PipewrightError({
    code: 'timed-out',
    service,
    message: `The trigger “${name}” is not ${wanted.toLowerCase()} yet.`,
    hint: 'Check its state in a few minutes with Find Trigger.',
  });
}
