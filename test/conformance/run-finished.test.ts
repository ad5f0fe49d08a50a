import type { PollingTrigger } from '../../shared/src/define/trigger.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { Host } from '../../shared/src/host/host.ts';
import { credentialName } from '../../n8n-nodes/adapter/names.ts';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { context } from '../unit/operate.ts';
import { minute, startCoreWorld, type CoreWorld } from './core-host.ts';
import { vendors } from './vendors.ts';

/** Everything that runs at a vendor whose service has a polling trigger. */
const polled = vendors.filter(({ service }) => service.triggers.some(({ how }) => how === 'polling'));

describe.each(polled)('The polling trigger for finished runs of $name', (vendor) => {
  let world: CoreWorld;
  let starter: Host;
  beforeEach(async () => {
    world = await startCoreWorld();
    starter = world.open({ random: Math.random });
  });
  afterEach(() => world.sandbox.stop());

  const polling = vendor.service.triggers.filter((trigger): trigger is PollingTrigger => trigger.how === 'polling');
  const trigger = polling.find(({ key }) => (vendor.operation === 'runSparkJob') === (key === 'sparkJobFinished'));
  /** Polls like a platform: since the last poll, without events already seen. */
  const poller = (input: Record<string, unknown> = {}) => {
    const seen = new Set<string>();
    let last = world.clock.now();
    return async () => {
      if (!trigger) throw new Error('The polling trigger is missing.');
      const values = checkInput(trigger.input, { ...vendor.input, ...input }) as never;
      const connection = sandboxCredentials(world.sandbox)[credentialName(vendor.service.connection)] ?? {};
      const events = await trigger.poll(
        values,
        new Date(last - 15 * minute),
        context(vendor.service, world.open(), connection),
      );
      last = world.clock.now();
      const fresh = events.filter(({ id, data }) => !seen.has(id) && trigger.isWanted(data, values));
      for (const { id } of fresh) seen.add(id);
      return fresh.map(({ data }) => data as Record<string, unknown>);
    };
  };
  const start = async () => {
    await world.operate(vendor, vendor.operation, { ...vendor.input, wait: false }, starter);
    if (vendor.oneAtATime) world.clock.advance(4 * minute);
  };

  it('emits each completion once, when the run has finished', async () => {
    const poll = poller();
    await start();
    await start();
    if (!vendor.oneAtATime) expect(await poll()).toEqual([]);
    world.clock.advance(5 * minute);
    expect(await poll()).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
    expect(await poll()).toEqual([]);
    await start();
    world.clock.advance(5 * minute);
    expect(await poll()).toHaveLength(1);
  });

  it('emits a run that started long before the last poll, and 40 that finished at once', async () => {
    const poll = poller();
    world.sandbox.control.planRun({ ...vendor.plan, runningMilliseconds: 20 * 60 * minute });
    await start();
    world.clock.advance(19 * 60 * minute);
    expect(await poll()).toEqual([]);
    if (vendor.oneAtATime) world.clock.advance(2 * 60 * minute);
    for (let count = 0; count < 40; count += 1) await start();
    world.clock.advance(2 * 60 * minute);
    expect(await poll()).toHaveLength(41);
  });

  it('emits all of 130 runs that finished since the last poll', async () => {
    if (vendor.oneAtATime) return;
    const poll = poller();
    for (let count = 0; count < 130; count += 1) await start();
    world.clock.advance(10 * minute);
    expect(await poll()).toHaveLength(130);
    expect(await poll()).toEqual([]);
  });

  it('emits only the chosen outcome, with the cause of a failure', async () => {
    const poll = poller({ outcome: 'failed' });
    await start();
    world.sandbox.control.planRun({ ...vendor.plan, failure: { message: 'The source does not answer.' } });
    await start();
    world.clock.advance(5 * minute);
    expect(await poll()).toMatchObject([{ status: 'failed', explanation: expect.stringMatching(/failed/) }]);
  });
});
