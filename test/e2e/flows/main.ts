import { owner } from '../../support/n8n-server/n8n-api.ts';
import { readChoices, type Choices } from './choices.ts';
import type { Case, Flow, Platform, ReadyFlow } from './flow.ts';
import { flows } from './flows.ts';
import { startN8nPlatform, type N8nPlatform } from './n8n.ts';
import { takePictures } from './pictures.ts';
import { table, type Line } from './table.ts';
import { startWorld, type World } from './world.ts';
import { startZapierPlatform } from './zapier.ts';

const begun = Date.now();
const secondsSince = (moment: number): string => ((Date.now() - moment) / 1000).toFixed(1);
const say = (line: string): void => console.log(`${secondsSince(begun).padStart(6)} s  ${line}`);

interface Tried extends Line {
  ok: boolean;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function tryCase(world: World, platform: Platform, flow: Flow, flowCase: Case, ready: ReadyFlow): Promise<Tried> {
  const { sandbox } = world;
  const line = { flow: flow.key, platform: platform.name, steps: [], rows: '' };
  const start = Date.now();
  try {
    flowCase.prepare?.(world);
    const before = sandbox.control.log();
    await flowCase.begin?.(world, ready.address);
    const steps = await ready.run(flowCase.times ?? 1, flowCase.begin === undefined);
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
    return { ...line, result: `WRONG, ${flowCase.name}: ${reasonOf(error)}`, seconds: secondsSince(start), ok: false };
  }
}

async function tryFlow(world: World, platform: Platform, flow: Flow, staysOn: boolean): Promise<Tried[]> {
  say(`${platform.name}: ${flow.title}`);
  const begin = Date.now();
  const lines: Tried[] = [];
  try {
    const ready = await platform.open(flow);
    for (const flowCase of flow.cases) {
      const line = await tryCase(world, platform, flow, flowCase, ready);
      say(`    ${flowCase.name}: ${line.result}`);
      lines.push(line);
    }
    if (!staysOn) await ready.stop();
  } catch (error) {
    const result = `WRONG, could not be turned ${lines.length === 0 ? 'on' : 'off'}: ${reasonOf(error)}`;
    say(`    ${result}`);
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

/** `npm start`: runs the flows of the four guides on both platforms, with doubles of the vendors on this machine. */
async function main({ open, pictures, only }: Choices): Promise<boolean> {
  say('starting the double of every vendor, and PostgreSQL');
  const world = await startWorld(say);
  const lines: Tried[] = [];
  const running: Platform[] = [];
  let n8n: N8nPlatform | undefined;
  try {
    if (only !== 'zapier') running.push((n8n = await startN8nPlatform(world, say)));
    if (n8n) for (const flow of flows) lines.push(...(await tryFlow(world, n8n, flow, open)));
    if (n8n && pictures) for (const path of await takePictures(n8n, say)) say(`picture: ${path}`);
    if (only !== 'n8n') {
      const zapier = await startZapierPlatform(world, say);
      running.push(zapier);
      for (const flow of flows) lines.push(...(await tryFlow(world, zapier, flow, false)));
    }
    const all = flows.flatMap(({ key }) => running.map(({ name }) => `${key} ${name}`));
    const wrong = new Set(lines.filter(({ ok }) => !ok).map(({ flow, platform }) => `${flow} ${platform}`));
    console.log(
      `\n${table(
        lines.map(({ ok: _ok, ...line }) => line),
        process.stdout.columns,
      )}\n`,
    );
    console.log(`${all.length - wrong.size} of ${all.length} flows are right, after ${secondsSince(begun)} seconds.`);
    console.log(
      'The workflows to import: n8n-nodes/templates/. The definitions: shared/src/services/. What a field means: docs/reference/.',
    );
    if (open && n8n) await leaveOpen(n8n, world);
    else console.log('To look around in n8n yourself: npm start -- --open');
    return wrong.size === 0;
  } finally {
    for (const platform of running) await platform.stop();
    await world.stop();
  }
}

/** Keeps n8n running until Ctrl-C. */
async function leaveOpen({ n8n }: N8nPlatform, { sandbox }: World): Promise<void> {
  console.log(`
n8n is open at ${n8n.baseUrl}
  e-mail    ${owner.email}
  password  ${owner.password}
To start the flow of dbt yourself, let a job of the double succeed:
  curl -X POST ${sandbox.addresses.control}/dbt/runs -H 'content-type: application/json' -d '{"outcome":"success"}'
What else can happen at the vendors: test/doubles/README.md. All of it runs until you press Ctrl-C.`);
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
