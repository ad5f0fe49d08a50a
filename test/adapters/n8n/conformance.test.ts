import type { INodeParameters } from 'n8n-workflow';
import { resourceValue } from '../../../n8n-nodes/adapter/names.ts';
import { describeField, type Field } from '../../../shared/src/define/fields.ts';
import { runScenarios, type Outcome } from '../../conformance/adapter-scenarios.ts';
import type { Vendor } from '../../conformance/vendors.ts';
import type { Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type Executed, type NodeSetup } from './open-n8n.ts';

/** The form values as n8n stores them. */
function parametersOf({ service, operation, input }: Vendor, typed: Record<string, unknown>): INodeParameters {
  const found = service.operations.find(({ key }) => key === operation);
  const options: Record<string, unknown> = {};
  const parameters: Record<string, unknown> = { resource: resourceValue(found?.resource ?? ''), operation, options };
  const { onFailure: _output, ...filled } = typed;
  for (const [name, value] of Object.entries({ ...input, ...filled })) {
    const { kind, choices, idFromUrl, advanced } = describeField(found?.input[name] as Field);
    (advanced ? options : parameters)[name] =
      kind === 'text' && (choices || idFromUrl) ? { __rl: true, mode: 'id', value } : value;
  }
  return parameters as INodeParameters;
}

const outcomeOf = ({ outputs, error }: Executed): Outcome =>
  error ? { error: `${error.message} ${error.description ?? ''}` } : { run: outputs.flat()[0]?.json ?? {} };

describe('On n8n', () => {
  runScenarios(async () => {
    const n8n = await openN8n();
    const setup = (vendor: Vendor, typed: Record<string, unknown>, sandbox: Sandbox): NodeSetup => ({
      node: vendor.service.key,
      credentials: sandboxCredentials(sandbox),
      parameters: { ...parametersOf(vendor, typed), simplify: false },
      // In n8n, a failed run continues on its own output.
      connected: typed['onFailure'] === 'continue' ? [1] : [],
    });
    return {
      run: async (vendor, typed, sandbox) => outcomeOf(await n8n.execute(setup(vendor, typed, sandbox))),
      repeat: async (vendor, sandbox) =>
        outcomeOf(await n8n.execute({ ...setup(vendor, {}, sandbox), retryOnFail: true })),
      stop: async (vendor, typed, sandbox, stopWhen) => {
        const executed = await n8n.execute(setup(vendor, typed, sandbox), undefined, { stopWhen });
        return executed.status === 'canceled' ? { error: 'stopped' } : outcomeOf(executed);
      },
      close: () => n8n.close(),
    };
  });
});
