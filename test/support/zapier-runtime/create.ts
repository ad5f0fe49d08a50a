import { findAction } from './app-definition.ts';
import type { AppRunner, Data, StepSetup } from './app-runner.ts';
import { type Delivery, toRequestBundle } from './raw-request.ts';

/** The result of an action. */
export type CreateOutcome =
  | { status: 'SUCCESS'; output: Data; durationMs: number }
  | {
      /** The step waits for a request to `callbackUrl`. */
      status: 'CALLBACK';
      /** The app's output so far, which `performResume` gets as `bundle.outputData`. */
      output: Data;
      durationMs: number;
      callbackUrl: string;
      /** The step's final output; fails with what `performResume` throws. */
      resumed: Promise<Data>;
    };

/**
 * Runs an action. If it requested a callback URL, the first request to that URL runs `performResume`;
 * further requests get a response and change nothing.
 */
export async function runCreate(runner: AppRunner, key: string, setup: StepSetup, meta: Data): Promise<CreateOutcome> {
  const { action, path } = findAction(await runner.definition(), key, 'creates');
  let call: (delivery: Delivery) => void = () => undefined;
  const called = new Promise<Delivery>((resolve) => (call = resolve));
  const address = runner.server.openAddress('callbacks', call);
  let invocation;
  try {
    invocation = await runner.run(`${path}.perform`, setup, { meta, callbackUrl: address.url });
  } catch (error) {
    address.close();
    throw error;
  }
  const { status, durationMs } = invocation;
  const output = invocation.results as Data;
  if (status !== 'CALLBACK') {
    address.close();
    return { status, output, durationMs };
  }

  const resume = async () => {
    const request = toRequestBundle(await called);
    if (!action.operation.performResume) return { ...output, ...request.cleanedRequest };
    const bundle = { ...request, outputData: output };
    return (await runner.run(`${path}.performResume`, setup, { bundle })).results as Data;
  };
  const resumed = resume();
  // The caller sees the failure on `resumed`; until then it must not crash the process.
  resumed.catch(() => undefined);
  return { status, output, durationMs, callbackUrl: address.url, resumed };
}
