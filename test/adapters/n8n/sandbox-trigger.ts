import type { Sandbox } from '../../doubles/sandbox.ts';
import { openTrigger, type ActiveTrigger, type ActiveTriggerOptions } from './active-trigger.ts';
import { sandboxCredentials } from './credentials.ts';
import type { N8n } from './open-n8n.ts';

const credentialOf: Record<string, string> = {
  dbtTrigger: 'pipewrightDbtApi',
  eventGridTrigger: 'pipewrightEventGridSecretApi',
  modeTrigger: 'pipewrightModeApi',
  signedWebhookTrigger: 'pipewrightWebhookSecretApi',
};

/** Opens triggers with the credentials of the sandbox; `close` closes all of them. */
export function sandboxTriggers(n8n: () => N8n, sandbox: () => Sandbox) {
  const opened: ActiveTrigger[] = [];
  return {
    /** @param changes replaced values of the credential */
    async open(
      node: string,
      parameters: object,
      options?: ActiveTriggerOptions,
      changes: object = {},
    ): Promise<ActiveTrigger> {
      const type = credentialOf[node] ?? 'pipewrightQuantemplateApi';
      const credentials = { [type]: { ...sandboxCredentials(sandbox())[type], ...changes } };
      const trigger = await openTrigger(n8n(), { node, parameters: { ...parameters }, credentials }, options);
      opened.push(trigger);
      return trigger;
    },
    async close(): Promise<void> {
      for (const trigger of opened.splice(0)) {
        await trigger.deactivate();
        await trigger.close();
      }
    },
  };
}
