import * as v from 'valibot';
import { credentialName } from '../../n8n-nodes/adapter/names.ts';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { PollingTrigger } from '../../shared/src/define/trigger.ts';
import { seededRandom } from '../support/claims-file.ts';
import { seedOf } from '../support/seed.ts';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { operate } from '../unit/operate.ts';
import { samples } from '../support/thorough.ts';
import { answerCases, type AnswerCases } from './answer-cases.ts';
import { startCoreWorld, type CoreWorld } from './core-host.ts';
import { odditiesOf, sample, type Oddity } from './odd-answers.ts';
import { recordingHost, replayingHost, type RecordedAnswer, type Recording } from './recorded-answers.ts';

const seed = seedOf('odd answers');

/** Malformed variants to try for each recorded response: a sample in `npm test`, more in the load tests. */
const perAnswer = Number(process.env['PIPEWRIGHT_ODDITIES'] ?? samples(8, 80));

type Host = ReturnType<typeof replayingHost> | ReturnType<CoreWorld['open']>;

/** Runs an operation, or polls a trigger, of a service. */
async function ask(
  { service }: AnswerCases,
  key: string,
  input: Record<string, unknown>,
  host: Host,
  connection: Record<string, unknown>,
): Promise<unknown> {
  const trigger = service.triggers.find((one) => one.key === key && one.how === 'polling') as
    | PollingTrigger
    | undefined;
  if (!trigger)
    return key === 'test'
      ? service.connection.test({ host, connection: checkInput(service.connection.fields, connection) } as never)
      : operate(service, key, input, host, connection);
  const since = new Date(host.now() - 3 * 3_600_000);
  return trigger.poll(checkInput(trigger.input, input) as never, since, {
    host,
    connection: checkInput(service.connection.fields, connection),
  } as never);
}

/** What an output must look like. */
function shapeOf({ service }: AnswerCases, key: string) {
  const operation = service.operations.find((one) => one.key === key);
  const trigger = service.triggers.find((one) => one.key === key);
  if (trigger) return v.array(v.object({ id: v.pipe(v.string(), v.nonEmpty()), data: v.object(trigger.output) }));
  if (!operation) return v.string();
  return operation.kind === 'search' ? v.array(v.object(operation.output)) : v.object(operation.output);
}

/** Why an outcome is wrong; undefined if it is valid. */
function faultOf(
  cases: AnswerCases,
  key: string,
  outcome: unknown,
  { answer, oddity }: { answer: RecordedAnswer; oddity: Oddity },
): string | undefined {
  if (outcome instanceof Error) {
    if (!(outcome instanceof PipewrightError)) return `${outcome.name}: ${outcome.message}\n${outcome.stack ?? ''}`;
    const text = describeError(outcome, 'n8n');
    return /undefined|\[object|NaN|TypeError/.test(text) ? `unclear error: ${text}` : undefined;
  }
  const result = v.safeParse(shapeOf(cases, key), outcome);
  if (!result.success)
    return `an output of another type: ${v.getDotPath(result.issues[0]) ?? ''} ${result.issues[0].message}`;
  const { id, status, succeeded, vendorStatus } = (
    typeof outcome === 'object' && outcome !== null ? outcome : {}
  ) as Record<string, unknown>;
  if (status !== undefined && (typeof id !== 'string' || id === '' || /^(undefined|null|NaN)$|\[object/.test(id)))
    return `a run without an ID: ${String(id)}`;
  const decides =
    cases.status !== undefined && cases.status.asked.test(answer.asked) && cases.status.path.test(oddity.path ?? '');
  const isWord = cases.service.key === 'dbt' && vendorStatus === 'Success';
  if (decides && !isWord && oddity.path !== 'state.life_cycle_state' && (status === 'succeeded' || succeeded === true))
    return 'a success out of a status that was spoiled';
  return undefined;
}

describe.each(answerCases.map((cases) => ({ name: cases.start?.plan.service ?? cases.service.key, cases })))(
  '$cases.service.name with malformed responses ($name)',
  ({ cases }) => {
    const { service, start, without = [] } = cases;
    const recordings: Recording[] = [];
    let inputs: Record<string, Record<string, unknown>> = {};
    let connection: Record<string, unknown> = {};

    beforeAll(async () => {
      const world = await startCoreWorld();
      try {
        connection = (sandboxCredentials(world.sandbox)[credentialName(service.connection)] ?? {}) as Record<
          string,
          unknown
        >;
        const begin = async (more: Record<string, unknown>): Promise<string> => {
          if (!start) return '';
          const begun = await ask(cases, start.operation, { ...start.input, ...more }, world.open(), connection);
          return String((begun as Record<string, unknown>)['id']);
        };
        const done = await begin({});
        if (start)
          world.sandbox.control.planRun({ ...start.plan, failure: { message: 'The source does not answer.' } });
        const failed = await begin({ onFailure: 'continue' });
        const running = await begin({ wait: false });
        inputs = { test: {}, ...cases.inputs({ done, failed, running }) };
        for (const [key, input] of Object.entries(inputs)) {
          const answers: RecordedAnswer[] = [];
          const startedAt = world.clock.now();
          const open = recordingHost({ ...world.open(), files: replayingHost([], 0).files } as Host, answers);
          await ask(cases, key, input, open, connection);
          recordings.push({ name: key, answers, startedAt });
        }
      } finally {
        await world.sandbox.stop();
      }
    });

    it('has a case for each operation and polling trigger', () => {
      const keys = [
        ...service.operations.map(({ key }) => key),
        ...service.triggers.filter(({ how }) => how === 'polling').map(({ key }) => key),
      ];
      expect([...Object.keys(inputs), ...without].sort()).toEqual(['test', ...keys].sort());
    });

    it('replays the recording with the same result', async () => {
      for (const { name, answers, startedAt } of recordings) {
        const outcome = await ask(cases, name, inputs[name] ?? {}, replayingHost(answers, startedAt), connection);
        expect(v.safeParse(shapeOf(cases, name), outcome)).toMatchObject({ success: true });
      }
    });

    it('returns a valid result or a clear error for any response', async () => {
      const random = seededRandom(seed);
      const faults: string[] = [];
      let tried = 0;
      for (const { name, answers, startedAt } of recordings) {
        const last = new Map(answers.map((answer, index) => [answer.asked, index]));
        for (const index of last.values()) {
          const answer = answers[index] as RecordedAnswer;
          for (const oddity of sample(odditiesOf(answer.text), perAnswer, random)) {
            // The status has not changed since, but is read again for the steps.
            const odd = answers.map((one) =>
              one.asked === answer.asked && one.text === answer.text
                ? { ...one, text: oddity.text, status: oddity.status ?? one.status }
                : one,
            );
            const outcome: unknown = await ask(
              cases,
              name,
              inputs[name] ?? {},
              replayingHost(odd, startedAt),
              connection,
            ).catch((error: unknown) => error);
            tried += 1;
            const fault = faultOf(cases, name, outcome, { answer, oddity });
            if (fault) faults.push(`${name}, ${answer.asked}, ${oddity.name}: ${fault}`);
          }
        }
      }
      process.stdout.write(`${service.name}: ${tried} odd answers tried, seed ${seed}\n`);
      expect(tried).toBeGreaterThan(5 * recordings.length);
      expect(faults.slice(0, 5)).toEqual([]);
    });
  },
);
