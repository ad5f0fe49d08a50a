import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';
import { keepRejectionReports, reportRejection } from '../../../n8n-nodes/adapter/rejected-deliveries.ts';
import type { RejectionReason } from '../../../shared/src/webhooks/scheme.ts';
import { services } from '../../../shared/src/catalog.ts';

const [service] = services;
const hour = 3_600_000;

/** A published trigger with a clock; `reject` rejects a delivery. */
function published(id: string) {
  const saved: string[] = [];
  const logged: string[] = [];
  const context = {
    getWorkflow: () => ({ id }),
    getNode: () => ({ id: 'n', name: 'Trigger', type: 't', typeVersion: 2, position: [0, 0], parameters: {} }),
    getMode: () => 'webhook',
    logger: { warn: (line: string) => logged.push(line) },
    saveFailedExecution: (error: { description: string }) => saved.push(error.description),
  };
  const stop = keepRejectionReports(context as unknown as ITriggerFunctions);
  const reject = (reason: RejectionReason, at: number): void =>
    reportRejection(
      context as unknown as IWebhookFunctions,
      service as never,
      { headers: {}, query: {}, body: Buffer.alloc(2) },
      { outcome: 'rejected', reason, status: 401, explanation: `${reason}.` },
      (_name, fallback) => fallback,
      at,
    );
  return { saved, logged, stop, reject };
}

describe('reportRejection', () => {
  it('saves one failed execution per hour for a reason, with the number of others', () => {
    const { saved, reject } = published('a');
    for (let second = 0; second < 10; second += 1) reject('no-match', second * 1_000);
    expect(saved).toEqual(['The event has 2 bytes.']);
    reject('no-match', hour);
    expect(saved.slice(1)).toEqual([
      'The event has 2 bytes. 10 events were rejected for this reason since the last report.',
    ]);
  });

  it('saves at most five failed executions per hour for all reasons', () => {
    const { saved, reject } = published('b');
    const reasons = ['no-match', 'missing', 'malformed', 'too-old', 'too-new', 'not-json', 'too-large'] as const;
    for (const reason of reasons) reject(reason, 0);
    expect(saved).toHaveLength(5);
    for (const reason of reasons) reject(reason, hour);
    expect(saved).toHaveLength(10);
  });

  it('writes one line per second to the log for a reason, also after the trigger is stopped', () => {
    const { saved, logged, reject, stop } = published('c');
    stop();
    for (let count = 0; count < 5; count += 1) reject('no-match', 500 * count);
    expect(logged).toHaveLength(3);
    expect(saved).toEqual([]);
  });
});
