import { doubles, type DoubleName, type Doubles } from './doubles.ts';
import type { SandboxContext } from './server/context.ts';
import type { RunningDouble } from './server/double.ts';
import type { Intersection } from './server/intersection.ts';

type Running = { [Name in DoubleName]: ReturnType<Doubles[Name]['start']> };

/** What exists at the vendors: `world.dbt.runs`. It is the same after every start. */
export type World = { [Name in DoubleName]: Running[Name]['state'] };

/** Options of the doubles. */
export type WorldOptions = Intersection<
  { [Name in DoubleName]: Extract<Parameters<Doubles[Name]['start']>, [unknown, object]> }[DoubleName][1]
>;

type Member<Name extends string> = Intersection<
  { [Key in DoubleName]: Running[Key] extends Record<Name, infer Value> ? Value : never }[DoubleName]
>;
type Returned<Name extends string> = Intersection<
  { [Key in DoubleName]: Running[Key] extends Record<Name, () => infer Value> ? Value : never }[DoubleName]
>;

/** Functions of `sandbox.control` that only one vendor has. */
export type VendorControls = Member<'controls'>;

/** Runs by service, as the log shows them. */
export type LoggedRuns = Returned<'runs'>;

/** What doubles add to the log. */
export type VendorLog = Returned<'log'>;

/** The running doubles, and what exists in them. */
export function startWorld(context: SandboxContext, options: WorldOptions): { running: RunningDouble[]; world: World } {
  const running = Object.entries(doubles).map(([name, double]): [string, RunningDouble] => [
    name,
    double.start(context, options),
  ]);
  return {
    running: running.map(([, double]) => double),
    world: Object.fromEntries(running.map(([name, { state }]) => [name, state])) as World,
  };
}
