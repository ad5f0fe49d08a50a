import { services } from '../../../shared/src/catalog.ts';
import type { Operation } from '../../../shared/src/define/operation.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { authenticationKey, connectionsOf } from '../../../zapier-app/adapter/connections.ts';
import { kindOf } from '../../../zapier-app/adapter/kind.ts';
import { keyOf } from '../../../zapier-app/adapter/names.ts';
import { checks, findSecret, inputsOf, plantedConnections, wholeText } from '../../conformance/canary/canaries.ts';
import { startEchoServer, type Answer, type EchoServer } from '../../conformance/canary/echo-server.ts';
import { ManualClock } from '../../doubles/server/clock.ts';
import type { StoredFile } from '../../support/zapier-runtime/stored-file.ts';
import { isThorough } from '../../support/thorough.ts';
import { pausesAdvance } from './pauses-advance.ts';
import { startPlatform, type Platform } from './platform.ts';

pausesAdvance(new ManualClock());

let echo: EchoServer;
let zapier: Platform;
let file: string;
let authData: Record<string, unknown>;
let secrets: string[];

const content = Buffer.from('a,b\n1,2\n');
const stored: StoredFile = {
  url: '',
  name: 'a.csv',
  mediaType: 'text/csv',
  size: content.length,
  bytes: async () => content,
  async *chunks() {
    yield content;
  },
};

const offered = services.filter(({ missing }) => missing?.zapier === undefined);
const every = offered.flatMap((service) =>
  service.operations.map((operation) => [`${operation.name} of ${service.name}`, service, operation] as const),
);
const tried: readonly Answer[] = ['400', '401', 'text 400', 'object', 'table'];

/** The next responses to try: all in the load tests; in `npm test` two, so that the operations share them. */
let turn = 0;
function answersInTurn(): readonly Answer[] {
  if (isThorough) return tried;
  turn += 2;
  return [turn - 2, turn - 1].map((index) => tried[index % tried.length] as Answer);
}

beforeAll(async () => {
  // Zapier ends a process that has grown too large, and this one also contains the test and all the data that it searches.
  jest.spyOn(process, 'memoryUsage').mockReturnValue({ ...process.memoryUsage(), rss: 0 });
  echo = await startEchoServer();
  zapier = await startPlatform(zapierApp(services, { maxWaitSeconds: 0 }));
  file = zapier.offerFile(async () => stored);
  const planted = connectionsOf(offered).map(({ connection }) => ({
    connection,
    ...plantedConnections(connection, echo.url)[0],
  }));
  authData = Object.assign(
    {},
    ...planted.map(({ connection, values = {} }) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [authenticationKey(connection, name), value])),
    ),
  );
  secrets = planted.flatMap((one) => one.secrets ?? []);
});

afterAll(async () => {
  await zapier.close();
  await echo.close();
  console.log(`Canaries on Zapier: ${checks.texts} texts looked through, ${checks.secrets} times for a secret.`);
});

/** Searches everything that Zapier receives: the output or the error, and the log. */
async function nothingShows(work: () => Promise<unknown>): Promise<void> {
  for (const answer of answersInTurn()) {
    echo.answerWith(answer);
    const logged = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      const came = await work().catch((error: unknown) => error);
      const found = findSecret(`${wholeText(came)}\n${JSON.stringify(logged.mock.calls)}`, secrets, 1);
      if (found !== undefined) throw new Error(`With the answer “${answer}”: ${found}`);
    } finally {
      logged.mockRestore();
    }
  }
}

it.each(every)('no secret appears in Zapier when running %s', async (_name, service, operation: Operation) => {
  const before = echo.requests();
  // A dataset can be a file or a URL.
  const [inputData = {}] = inputsOf(service, operation, operation.input['source'] ? `${echo.url}/a.csv` : file);
  await nothingShows(() =>
    kindOf(operation) === 'search'
      ? zapier.search(keyOf(service, operation), { authData, inputData })
      : zapier.create(keyOf(service, operation), { authData, inputData }),
  );
  if (!['drawRunTimeline', 'loadDataset', 'exportTable', 'exportQuery', 'completeActivity'].includes(operation.key))
    expect(echo.requests()).toBeGreaterThan(before);
});

it('no secret appears in Zapier when testing the connection', async () => {
  await nothingShows(() =>
    zapier.testConnection(Object.fromEntries(Object.entries(authData).filter(([name]) => !name.startsWith('sql_')))),
  );
});
