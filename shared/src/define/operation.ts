import type * as v from 'valibot';
import type { PipewrightError } from '../host/error.ts';
import type { Effect } from '../http/effect.ts';
import type { Context } from './context.ts';
import type { Fields } from './fields.ts';

/** The checked values of some fields. */
export type Values<F extends Fields> = v.InferOutput<v.ObjectSchema<F, undefined>>;

interface Described<F extends Fields, O extends Fields> {
  /** Unique within its service, camel case: `runPipeline`. */
  key: string;
  /** Title Case: `Run Pipeline`. */
  name: string;
  /** What it works on, Title Case, as the group in n8n: `Pipeline Run`. */
  resource: string;
  /** One sentence, starting with a verb in the third person: `Starts a pipeline and waits for its end.` */
  description: string;
  input: F;
  output: O;
  /** A realistic output. */
  sample: Values<O>;
}

/** How an action waits without holding anything: the vendor calls an address when the work has ended. */
export interface Callback<F extends Fields = Fields, O extends Fields = Fields, C = never> {
  isChosen(input: Values<F>): boolean;
  /** Minutes after which nobody waits any longer. */
  minutes(input: Values<F>): number;
  /**
   * Begins the work. Without `kept` it has ended already.
   * @param address where the vendor is to call, made when it is asked for; it is a secret
   */
  begin(
    input: Values<F>,
    context: Context<C>,
    address: () => string,
  ): Promise<{ output: Values<O>; kept?: Record<string, unknown> }>;
  /** What became of it, asked of the vendor after each call; undefined while it goes on. */
  look(
    kept: Record<string, unknown>,
    context: Context<C>,
  ): Promise<{ output: Values<O>; failure?: PipewrightError } | undefined>;
  /** What a call is answered while the work goes on: 409 where the caller is to try again. */
  statusWhileGoing: 200 | 409;
}

/** Ways in which a workflow goes on after an action, where a platform can tell them apart (n8n: outputs of the node). */
export interface Branches<O extends Fields = Fields> {
  /** Title Case; the last one is also taken by what could not be done. */
  names: readonly string[];
  /** The place of the way among the names. */
  of(output: Values<O>): number;
}

/** Something a service does once for one input. */
export interface Action<F extends Fields = Fields, O extends Fields = Fields, C = never> extends Described<F, O> {
  kind: 'action';
  effect: Effect;
  /** Present where the workflow goes on in several ways. */
  branches?: Branches<O>;
  /** Name of the output that holds a list whose entries are what a platform that hands on items one by one gives (n8n). */
  items?: string;
  /** Present where the vendor can call at the end. */
  callback?: Callback<F, O, C>;
  run(input: Values<F>, context: Context<C>): Promise<Values<O>>;
}

/** Looks something up; an empty array means that nothing was found. */
export interface Search<F extends Fields = Fields, O extends Fields = Fields, C = never> extends Described<F, O> {
  kind: 'search';
  effect: 'safe';
  run(input: Values<F>, context: Context<C>): Promise<Values<O>[]>;
}

/** An action or a search. */
export type Operation = Action | Search;

/** Describes an action of a service whose connection has the values `C`; see `Action`. */
export function defineAction<C>() {
  return <const F extends Fields, const O extends Fields>(action: Omit<Action<F, O, C>, 'kind'>): Action =>
    ({ kind: 'action', ...action }) as unknown as Action;
}

/** Describes a search of a service whose connection has the values `C`; see `Search`. */
export function defineSearch<C>() {
  return <const F extends Fields, const O extends Fields>(search: Omit<Search<F, O, C>, 'kind' | 'effect'>): Search =>
    ({ kind: 'search', effect: 'safe', ...search }) as unknown as Search;
}
