import { owner } from '../../support/n8n-server/n8n-api.ts';
import { publishWorkflow } from '../../support/n8n-server/workflows.ts';
import { readChoices, type Choices } from './choices.ts';
import type { Case, Flow, Platform, ReadyFlow } from './flow.ts';
import { flows } from './flows.ts';
import { startN8nPlatform, type N8nPlatform } from './n8n.ts';
import { takePictures } from './pictures.ts';
import { table, type Line } from './table.ts';
import { startWorld, type World } from './world.ts';
import { startZapierPlatform } from './zapier.ts';

const startMs = Date.now();
const secondsSince = (timeMs: number): string => ((Date.now() - timeMs) / 1000).toFixed(1);
const log = (line: string): void => console.log(`${secondsSince(startMs).padStart(6)} s  ${line}`);

interface CaseLine extends Line {
  ok: boolean;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function tryCase(
  world: World,
  platform: Platform,
  flow: Flow,
  flowCase: Case,
  ready: ReadyFlow,
): Promise<CaseLine> {
  const { sandbox } = world;
  const line = { flow: flow.key, platform: platform.name, steps: [], rows: '' };
  const start = Date.now();
  try {
    flowCase.prepare?.(world);
    const before = sandbox.control.log();
    await flowCase.begin?.(world, ready.address);
    const steps = await ready.run(flowCase.times ?? 1, flowCase.begin === undefined, flowCase.rejected ?? 0);
    const { result, rows } = await flowCase.check(world, before, platform.name);
    return {
      ...line,
      steps,
      result: `ok: ${result}`,
      rows: rows?.toString() ?? '',
      seconds: secondsSince(start),
      ok: true,
    };
  } catch (error) {
    return { ...line, result: `FAILED, ${flowCase.name}: ${reasonOf(error)}`, seconds: secondsSince(start), ok: false };
  }
}

async function tryFlow(world: World, platform: Platform, flow: Flow): Promise<CaseLine[]> {
  log(`${platform.name}: ${flow.title}`);
  const begin = Date.now();
  const lines: CaseLine[] = [];
  try {
    const ready = await platform.open(flow);
    for (const flowCase of flow.cases) {
      const line = await tryCase(world, platform, flow, flowCase, ready);
      log(`    ${flowCase.name}: ${line.result}`);
      lines.push(line);
    }
    await ready.stop();
  } catch (error) {
    const result = `FAILED, could not be turned ${lines.length === 0 ? 'on' : 'off'}: ${reasonOf(error)}`;
    log(`    ${result}`);
    lines.push({
      flow: flow.key,
      platform: platform.name,
      steps: [],
      result,
      rows: '',
      seconds: secondsSince(begin),
      ok: false,
    });
  }
  return lines;
}

/**
 * `npm start`: runs the flows of the four guides, of Power BI and of Fabric on both platforms, with doubles of the vendors on this machine. Each flow is
 * turned off when its cases have run, so that it does not react to the vendors' events of the next flow.
 */
async function main({ open, pictures, only }: Choices): Promise<boolean> {
  log('starting the vendor doubles and PostgreSQL');
  const world = await startWorld(log);
  const lines: CaseLine[] = [];
  const running: Platform[] = [];
  let n8n: N8nPlatform | undefined;
  try {
    if (only !== 'zapier') running.push((n8n = await startN8nPlatform(world, log, open || pictures)));
    if (n8n) for (const flow of flows) lines.push(...(await tryFlow(world, n8n, flow)));
    const fileUrl = `${world.sandbox.baseUrl}/web/public/claims.csv`;
    if (n8n && pictures) for (const path of await takePictures(n8n, fileUrl, log)) log(`picture: ${path}`);
    if (only !== 'n8n') {
      const zapier = await startZapierPlatform(world, log);
      running.push(zapier);
      for (const flow of flows) lines.push(...(await tryFlow(world, zapier, flow)));
    }
    const all = flows.flatMap(({ key }) => running.map(({ name }) => `${key} ${name}`));
    const failed = new Set(lines.filter(({ ok }) => !ok).map(({ flow, platform }) => `${flow} ${platform}`));
    console.log(
      `\n${table(
        lines.map(({ ok: _ok, ...line }) => line),
        process.stdout.columns,
      )}\n`,
    );
    console.log(`${all.length - failed.size} of ${all.length} flows passed, after ${secondsSince(startMs)} seconds.`);
    console.log(
      'Workflows to import: n8n-nodes/templates/. Operations: shared/src/services/. Fields: docs/reference/.',
    );
    if (open && n8n) await leaveOpen(n8n, world);
    else console.log('To try the workflows in n8n: npm start -- --open');
    return failed.size === 0;
  } finally {
    for (const platform of running) await platform.stop();
    await world.stop();
  }
}

/** Publishes the workflows again and keeps n8n running until Ctrl-C. */
async function leaveOpen({ n8n, workflows }: N8nPlatform, { sandbox }: World): Promise<void> {
  for (const id of Object.values(workflows)) await publishWorkflow(n8n, id);
  console.log(`
n8n is open at ${n8n.baseUrl}
  e-mail    ${owner.email}
  password  ${owner.password}
To start the dbt workflow, complete a job run in dbt's double:
  curl -X POST ${sandbox.addresses.control}/dbt/runs -H 'content-type: application/json' -d '{"outcome":"success"}'
Other events: test/doubles/README.md. Press Ctrl-C to stop.`);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => undefined, 60_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearInterval(timer);
        resolve();
      });
    }
  });
}

try {
  process.exitCode = (await main(readChoices(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
