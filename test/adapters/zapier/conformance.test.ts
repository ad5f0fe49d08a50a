import { services } from '../../../shared/src/catalog.ts';
import type { Operation } from '../../../shared/src/define/operation.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { keyOf } from '../../../zapier-app/adapter/names.ts';
import { runScenarios, type Outcome } from '../../conformance/adapter-scenarios.ts';
import type { Vendor } from '../../conformance/vendors.ts';
import type { Sandbox } from '../../doubles/sandbox.ts';
import { startPlatform } from './platform.ts';
import { groupsOf } from './sandbox-accounts.ts';

describe('On Zapier', () => {
  runScenarios(async () => {
    const said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    // All scenarios share one process here, so Zapier's own 25 seconds would measure the load of the machine.
    const zapier = await startPlatform(zapierApp(services, { maxWaitSeconds: 280 }));
    const run = async (
      { service, operation, input }: Vendor,
      typed: Record<string, unknown>,
      sandbox: Sandbox,
    ): Promise<Outcome> => {
      const key = keyOf(service, service.operations.find((one) => one.key === operation) as Operation);
      const authData = Object.assign({}, ...Object.values(groupsOf(sandbox))) as Record<string, unknown>;
      return zapier.create(key, { authData, inputData: { completionMethod: 'poll', ...input, ...typed } }).then(
        (given) => ({ run: given }),
        (error: Error) => ({ error: error.message }),
      );
    };
    return {
      run,
      // Zapier retries nothing by itself; a user replays the step, and its event has the same ID.
      async repeat(vendor, sandbox) {
        expect(await run(vendor, { startKey: `event-${sandbox.baseUrl}` }, sandbox)).toHaveProperty('error');
        return run(vendor, { startKey: `event-${sandbox.baseUrl}` }, sandbox);
      },
      async close() {
        await zapier.close();
        said.mockRestore();
      },
    };
  });
});
