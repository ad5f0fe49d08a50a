import type { PipewrightError } from '../host/error.ts';
import type { Effect } from '../http/effect.ts';
import { checkInput, type Values } from './check-input.ts';
import type { RawInput } from './raw-input.ts';
import type { Context } from './context.ts';
import type { Fields } from './fields.ts';

export type { Values } from './check-input.ts';

/** Values of output fields, by name. */
export type Output = Record<string, unknown>;

interface Described<F extends Fields, O extends Fields> {
  /** Unique within its service, camel case: `runPipeline`. */
  key: string;
  /** Title Case: `Run Pipeline`. */
  name: string;
  /** The type of object that it works on, Title Case; its group in n8n: `Pipeline Run`. */
  resource: string;
  /** One sentence that starts with a verb in the third person: `Starts a pipeline and optionally waits for it to finish.` */
  description: string;
  input: F;
  output: O;
  /** A realistic output. */
  sample: Values<O>;
  /** Whether the operation works without the connection of its service. Default: false. */
  worksOffline?: boolean;
  /** Names of the outputs to keep when the user simplifies the output, if the platform can (n8n). */
  simple?: readonly string[];
}

/** How an action waits without holding resources: the vendor calls a URL when the work has finished. */
export interface CallbackDefinition<F extends Fields, O extends Fields, C> {
  /** Whether the input asks for a callback. */
  isChosen(input: Values<F>): boolean;
  /** Minutes to wait for the callback. */
  timeoutMinutes(input: Values<F>): number;
  /**
   * Starts the work. A result without `kept` has already finished.
   * @param callbackUrl creates the URL that the vendor calls; it is a secret
   */
  start(
    input: Values<F>,
    context: Context<C>,
    callbackUrl: () => string,
  ): Promise<{ output: Values<O>; kept?: Record<string, unknown> }>;
  /** Reads the work from the vendor after each call; undefined while it is still running. */
  readFinished(
    kept: Record<string, unknown>,
    context: Context<C>,
  ): Promise<{ output: Values<O>; failure?: PipewrightError } | undefined>;
  /** HTTP status of the response to a call while the work is still running: 409 if the caller retries. */
  statusWhileRunning: 200 | 409;
}

/** Branches of a workflow after an action, if the platform supports them (n8n: outputs of the node). */
export interface BranchesDefinition<O extends Fields> {
  /** Title Case; the last branch also receives errors. */
  names: readonly string[];
  /** The field values with which the operation branches; otherwise it has a single output. Default: always. */
  when?: Readonly<Record<string, string>>;
  /** Index of the branch among the names. */
  of(output: Values<O>): number;
  /** The error for a result whose branch leads nowhere. Undefined if the result may end there. */
  failure?(output: Values<O>): PipewrightError;
}

/** An operation that a service performs once per input. */
export interface ActionDefinition<F extends Fields, O extends Fields, C> extends Described<F, O> {
  effect: Effect;
  branches?: BranchesDefinition<O>;
  /**
   * Whether a platform must store its file in the same step, because the same input may give another file later. Default: false;
   * the file of a safe operation may then be fetched when a later step needs it (Zapier).
   */
  isSnapshot?: boolean;
  /** Name of the output list with entries that become separate items on a platform with items (n8n), if there is one. */
  items?(input: Values<F>): string | undefined;
  /** Present if the vendor can send a callback. */
  callback?: CallbackDefinition<F, O, C>;
  run(input: Values<F>, context: Context<C>): Promise<Values<O>>;
}

/** An operation that finds objects; an empty array means that there is no match. */
export interface SearchDefinition<F extends Fields, O extends Fields, C> extends Described<F, O> {
  run(input: Values<F>, context: Context<C>): Promise<Values<O>[]>;
}

type DescribedOperation = Described<Fields, Fields>;

/** A `CallbackDefinition` as adapters see it: it checks the raw input itself. */
export interface Callback {
  isChosen(raw: RawInput): boolean;
  timeoutMinutes(raw: RawInput): number;
  start(
    raw: RawInput,
    context: Context,
    callbackUrl: () => string,
  ): Promise<{ output: Output; kept?: Record<string, unknown> }>;
  readFinished(
    kept: Record<string, unknown>,
    context: Context,
  ): Promise<{ output: Output; failure?: PipewrightError } | undefined>;
  statusWhileRunning: 200 | 409;
}

/** A `BranchesDefinition` as adapters see it. */
export interface Branches extends BranchesDefinition<Fields> {
  /** Whether the operation branches with this input. */
  isChosen(raw: RawInput): boolean;
}

/** An `ActionDefinition` as adapters see it. */
export interface Action extends DescribedOperation {
  kind: 'action';
  effect: Effect;
  isSnapshot?: boolean;
  branches?: Branches;
  items?(raw: RawInput): string | undefined;
  callback?: Callback;
  /** @throws PipewrightError `invalid-input` if the raw input is invalid, and any error of the operation */
  run(raw: RawInput, context: Context): Promise<Output>;
}

/** A `SearchDefinition` as adapters see it. */
export interface Search extends DescribedOperation {
  kind: 'search';
  effect: 'safe';
  /** @throws PipewrightError `invalid-input` if the raw input is invalid, and any error of the operation */
  run(raw: RawInput, context: Context): Promise<Output[]>;
}

/** An action or a search. */
export type Operation = Action | Search;

function checkedCallback<F extends Fields, O extends Fields, C>(
  fields: F,
  callback: CallbackDefinition<F, O, C>,
): Callback {
  return {
    isChosen: (raw) => callback.isChosen(checkInput(fields, raw)),
    timeoutMinutes: (raw) => callback.timeoutMinutes(checkInput(fields, raw)),
    start: async (raw, context, callbackUrl) =>
      callback.start(checkInput(fields, raw), context as Context<C>, callbackUrl),
    readFinished: async (kept, context) => callback.readFinished(kept, context as Context<C>),
    statusWhileRunning: callback.statusWhileRunning,
  };
}

function checkedBranches<F extends Fields, O extends Fields>(fields: F, branches: BranchesDefinition<O>): Branches {
  const { names, when = {}, of, failure } = branches;
  return {
    names,
    when,
    isChosen: (raw) => {
      const checked: Record<string, unknown> = checkInput(fields, raw);
      return Object.entries(when).every(([name, value]) => String(checked[name]) === value);
    },
    of: (output) => of(output as Values<O>),
    ...(failure ? { failure: (output) => failure(output as Values<O>) } : {}),
  };
}

/** Defines an action of a service with connection values `C`; see `ActionDefinition`. */
export function defineAction<C>() {
  return <const F extends Fields, const O extends Fields>(action: ActionDefinition<F, O, C>): Action => {
    const { branches, items, callback, run, ...described } = action;
    return {
      ...described,
      kind: 'action',
      run: async (raw, context) => run(checkInput(action.input, raw), context as Context<C>),
      ...(items ? { items: (raw) => items(checkInput(action.input, raw)) } : {}),
      ...(branches ? { branches: checkedBranches(action.input, branches) } : {}),
      ...(callback ? { callback: checkedCallback(action.input, callback) } : {}),
    };
  };
}

/** Defines a search of a service with connection values `C`; see `SearchDefinition`. */
export function defineSearch<C>() {
  return <const F extends Fields, const O extends Fields>({
    run,
    ...described
  }: SearchDefinition<F, O, C>): Search => ({
    ...described,
    kind: 'search',
    effect: 'safe',
    run: async (raw, context) => run(checkInput(described.input, raw), context as Context<C>),
  });
}
