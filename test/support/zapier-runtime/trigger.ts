import { type ActionDefinition, findAction, primaryFields } from './app-definition.ts';
import { type AppRunner, type Data, fingerprint, type StepSetup } from './app-runner.ts';
import { Deduper } from './deduper.ts';
import { toRequestBundle } from './raw-request.ts';

/** A webhook that Zapier registered with a vendor (or the user did) for one Zap. */
export interface HookSubscription {
  /** Where the vendor sends its events. */
  readonly targetUrl: string;
  /** What `performSubscribe` returned; empty for a webhook without it. */
  readonly subscribeData: Data;
  /**
   * Passes a delivery to the app. Returns the items, each of which would run the Zap.
   * `headers` are the vendor's own; they are renamed as in Zapier.
   */
  deliver(body: string | Buffer, headers?: Record<string, string>, querystring?: string): Promise<Data[]>;
  /** Turns the Zap off: `performUnsubscribe` runs, and the URL responds with 410. */
  unsubscribe(): Promise<void>;
}

export interface SubscribeOptions extends StepSetup {
  /** Default: a URL of the double that accepts real requests. */
  targetUrl?: string;
  /** Called with the outcome of each real request to the URL. */
  onEvents?: (items: Data[]) => void;
  onError?: (error: unknown) => void;
}

/** A poll of a Zap. */
export interface PollSetup extends StepSetup {
  /** Identifies the Zap, whose fields may change. Default: the fields identify it, and the app is not told the Zap. */
  zap?: number;
  /** Whether Zapier rejects the answer, for example because it came too late: nothing of it is recorded. */
  isRejected?: boolean;
}

/** A trigger of the app as Zapier's engine uses it. */
export interface Trigger {
  /** Turns on a Zap with a webhook trigger. */
  subscribe(options?: SubscribeOptions): Promise<HookSubscription>;
  /** Polls a polling trigger for new items, in the app's order. The first poll returns none. */
  poll(setup?: PollSetup): Promise<Data[]>;
  /** The recent items of a webhook trigger, which the editor shows as example events. */
  performList(setup?: StepSetup): Promise<Data[]>;
  /** The items that "Test trigger" shows in the editor. */
  loadSample(setup?: StepSetup): Promise<Data[]>;
}

/** Throws when the app has no such trigger. */
export async function openTrigger(
  runner: AppRunner,
  dedupers: Map<string, Deduper>,
  key: string,
): Promise<Trigger & { action: ActionDefinition }> {
  const { action, path } = findAction(await runner.definition(), key, 'triggers');
  const { operation } = action;
  const runList = async (method: string, setup: StepSetup, meta: Data) => {
    const { results } = await runner.run(`${path}.${method}`, setup, { meta });
    if (!Array.isArray(results)) throw new Error(`The trigger "${key}" returned no list.`);
    return results as Data[];
  };

  return {
    action,
    subscribe: (options = {}) => subscribe(runner, action, path, options),
    async poll({ zap, isRejected = false, ...setup } = {}) {
      const name = fingerprint(zap === undefined ? { key, ...setup } : { key, zap });
      const deduper = dedupers.get(name) ?? new Deduper();
      dedupers.set(name, deduper);
      const meta = { isPopulatingDedupe: deduper.isEmpty, ...(zap === undefined ? {} : { zap: { id: zap } }) };
      const items = await runList('perform', setup, meta);
      if (isRejected) return [];
      return deduper.takeNew(items, primaryFields(action));
    },
    performList: (setup = {}) => runList('performList', setup, { isLoadingSample: true }),
    loadSample: (setup = {}) =>
      runList(operation.type === 'hook' ? 'performList' : 'perform', setup, { isLoadingSample: true }),
  };
}

async function subscribe(
  runner: AppRunner,
  action: ActionDefinition,
  path: string,
  { authData, inputData, targetUrl, onEvents, onError }: SubscribeOptions,
): Promise<HookSubscription> {
  if (action.operation.type !== 'hook') throw new Error(`The trigger "${action.key}" is no webhook.`);
  const setup = { ...(authData && { authData }), ...(inputData && { inputData }) };
  const address = runner.server.openAddress('hooks', (delivery) => {
    perform(delivery).then(onEvents, onError ?? (() => undefined));
  });
  const url = targetUrl ?? address.url;
  let subscribeData: Data = {};

  const perform = async (delivery: Parameters<typeof toRequestBundle>[0]) => {
    const bundle = { ...toRequestBundle(delivery), subscribeData, targetUrl: url };
    const { results } = await runner.run(`${path}.perform`, setup, { bundle });
    return (Array.isArray(results) ? results : [results]) as Data[];
  };

  if (action.operation.performSubscribe) {
    try {
      const { results } = await runner.run(`${path}.performSubscribe`, setup, { bundle: { targetUrl: url } });
      subscribeData = Object(results) as Data;
    } catch (error) {
      address.close();
      throw error;
    }
  }
  return {
    targetUrl: url,
    subscribeData,
    deliver: (body, headers = {}, querystring = '') =>
      perform({ method: 'POST', headers, querystring, body: Buffer.from(body) }),
    async unsubscribe() {
      address.close();
      if (!action.operation.performUnsubscribe) return;
      await runner.run(`${path}.performUnsubscribe`, setup, { bundle: { subscribeData, targetUrl: url } });
    },
  };
}
