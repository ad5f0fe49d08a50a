import { parseArgs } from 'node:util';
import { owner } from '../n8n-server/n8n-api.ts';
import type { Case, Flow, Platform, ReadyFlow } from './flow.ts';
import { flows } from './flows.ts';
import { startN8nPlatform } from './n8n.ts';
import { table, type Line } from './table.ts';
import { startWorld, type World } from './world.ts';
import { startZapierPlatform } from './zapier.ts';

const { values: choices } = parseArgs({ options: { open: { type: 'boolean' }, only: { type: 'string' } } });

const begun = Date.now();
const secondsSince = (moment: number): string => ((Date.now() - moment) / 1000).toFixed(1);
const say = (line: string): void => console.log(`${secondsSince(begun).padStart(6)} s  ${line}`);

async function tryCase(world: World, platform: Platform, flow: Flow, flowCase: Case, ready: ReadyFlow): Promise<Line & { ok: boolean }> {
  const { sandbox } = world;
  const line = { flow: flow.key, platform: platform.name, steps: '', rows: '' };
  const start = Date.now();
  try {
    flowCase.prepare?.(world);
    const before = sandbox.control.log();
    await flowCase.begin?.(world, ready.address);
    const steps = await ready.run(flowCase.times ?? 1, flowCase.begin === undefined);
    const { result, rows } = await flowCase.check(world, before, platform.name);
    return { ...line, steps: steps.join(' → ') || '(none)', result: `ok: ${result}`, rows: rows?.toString() ?? '', seconds: secondsSince(start), ok: true };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...line, result: `WRONG, ${flowCase.name}: ${message}`, seconds: secondsSince(start), ok: false };
  }
}

async function tryFlow(world: World, platform: Platform, flow: Flow): Promise<(Line & { ok: boolean })[]> {
  say(`${platform.name}: ${flow.title}`);
  let ready: ReadyFlow;
  try {
    ready = await platform.open(flow);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ flow: flow.key, platform: platform.name, steps: '', result: `WRONG, could not be set up: ${message}`, rows: '', seconds: '', ok: false }];
  }
  const lines = [];
  for (const flowCase of flow.cases) {
    const line = await tryCase(world, platform, flow, flowCase, ready);
    say(`    ${flowCase.name}: ${line.result}`);
    lines.push(line);
  }
  if (!(choices.open && platform.name === 'n8n')) await ready.stop();
  return lines;
}

/** `npm start`: runs the flows of the four guides on both platforms, against doubles of the vendors on this machine. */
async function main(): Promise<boolean> {
  say('starting the double of every vendor, and PostgreSQL');
  const world = await startWorld(say);
  const lines: (Line & { ok: boolean })[] = [];
  const platforms: Platform[] = [];
  try {
    const wanted = [startN8nPlatform, startZapierPlatform].filter((_start, index) => !choices.only || choices.only === ['n8n', 'zapier'][index]);
    for (const start of wanted) {
      const platform = await start(world, say);
      platforms.push(platform);
      for (const flow of flows) lines.push(...(await tryFlow(world, platform, flow)));
    }
    const right = new Set(lines.map(({ flow, platform }) => `${flow} ${platform}`));
    for (const { flow, platform, ok } of lines) if (!ok) right.delete(`${flow} ${platform}`);
    console.log(`\n${table(lines.map(({ ok: _ok, ...line }) => line))}\n`);
    const expected = flows.length * wanted.length;
    console.log(`${right.size} of ${expected} flows are right, after ${secondsSince(begun)} seconds.`);
    console.log('The workflows to import: n8n-nodes/templates/. The definitions: shared/src/services/. What a field means: docs/reference/.');
    if (choices.open) await leaveOpen(platforms);
    else console.log('To look around in n8n yourself: npm start -- --open');
    return right.size === expected;
  } finally {
    for (const platform of platforms) await platform.stop();
    await world.stop();
  }
}

/** Leaves n8n running until Ctrl-C. */
async function leaveOpen(platforms: readonly Platform[]): Promise<void> {
  const n8n = platforms.find((platform): platform is Awaited<ReturnType<typeof startN8nPlatform>> => platform.name === 'n8n')?.n8n;
  if (!n8n) return;
  console.log(`\nn8n is open at ${n8n.baseUrl}\n  e-mail    ${owner.email}\n  password  ${owner.password}\nIt and the doubles of the vendors run until you press Ctrl-C.`);
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

process.exitCode = (await main()) ? 0 : 1;
