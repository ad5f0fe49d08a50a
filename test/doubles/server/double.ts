import type { AnswerCases } from './answer-cases.ts';
import type { SandboxContext } from './context.ts';
import type { DeliveryRecord } from './deliver.ts';
import type { SandboxRequest } from './request.ts';
import type { Runnable } from './runnable.ts';
import type { Vendor } from './vendor.ts';

/** Answers a control request. @param body its JSON; the result is sent as JSON, nothing as 204 */
export type ControlRoute = (body: Record<string, unknown>, request: SandboxRequest) => unknown;

/** A double that serves requests. */
export interface RunningDouble {
  /** What exists at the vendor: `sandbox.world.dbt`. */
  state: object;
  /** Its APIs. */
  vendors: Vendor[];
  /** Functions of `sandbox.control` that only this vendor has. */
  controls?: object;
  /** The same over HTTP, below `/_sandbox`: `POST /dbt/runs`. */
  controlRoutes?: Record<string, ControlRoute>;
  /** Its runs by service, for the log. */
  runs?(): Record<string, readonly Record<string, unknown>[]>;
  /** Its webhook deliveries, for the log. */
  deliveries?(): readonly DeliveryRecord[];
  /** What else the log shows. */
  log?(): object;
  /** Deletes what `POST /_sandbox/reset` deletes: receivers, messages, deliveries. Runs and datasets stay. */
  clear?(): void;
}

/**
 * A simulated vendor. Declare it with `satisfies Double` in `test/doubles/<vendor>/double.ts`, so that its exact types reach
 * `sandboxAccounts`, `sandbox.world`, `sandbox.addresses` and `sandbox.control`, and add it to `test/doubles/doubles.ts`.
 */
export interface Double {
  /** What a tester enters in the connection form, and the names of what exists. */
  account: Record<string, string | number>;
  /** Base URLs by name. @param baseUrl URL of the sandbox, without a trailing slash */
  addresses(baseUrl: string): Record<string, string>;
  /** Values of the connection forms, by the connection's key. @param baseUrl URL of the sandbox */
  connections(baseUrl: string): Record<string, Record<string, string>>;
  /** The pipelines, jobs or reports that can run at the vendor, for the conformance tests. */
  // oxlint-disable-next-line typescript/no-explicit-any -- each double knows its own state
  runnables?: readonly Runnable<any>[];
  /** Inputs of its operations, for the conformance tests. */
  answerCases?: readonly AnswerCases[];
  /** @param options those of the sandbox; a double declares the ones it reads */
  start(context: SandboxContext, options: object): RunningDouble;
}
