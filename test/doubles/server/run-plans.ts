/** How long a run takes and how it ends. */
export interface RunPlan {
  /** Milliseconds in which reading the run answers 404 (where a vendor may do that). Default: 0. */
  hiddenMilliseconds: number;
  /** Milliseconds before it starts. Default: 300. */
  queuedMilliseconds: number;
  /** Milliseconds that it works, all steps together. Default: 1200. */
  runningMilliseconds: number;
  /** Milliseconds between a cancellation and its effect. Default: 200. */
  cancellingMilliseconds: number;
  /** Lets it fail. */
  failure?: RunFailure;
}

/** Where and why a run fails. */
export interface RunFailure {
  /** Name of the step; default: the last one. */
  step?: string;
  message?: string;
  /** The vendor's error code, where steps have one. */
  code?: string;
}

/** The plan of the next run of one pipeline, job or report. */
export interface NextRun extends Partial<RunPlan> {
  /** `data-factory`, `synapse`, `spark`, `quantemplate`, `dbt`, `databricks` or `mode`. */
  service: string;
  /** Name or identifier of the pipeline, job, report or Spark pool. */
  name: string;
}

const defaults: RunPlan = {
  hiddenMilliseconds: 0,
  queuedMilliseconds: 300,
  runningMilliseconds: 1200,
  cancellingMilliseconds: 200,
};

/** What the coming runs will be like. */
export class RunPlans {
  #usual: RunPlan = { ...defaults };
  #next: NextRun[] = [];

  /** Changes how long runs take that have no plan of their own. */
  setDurations(durations: Partial<Omit<RunPlan, 'failure'>>): void {
    this.#usual = { ...this.#usual, ...durations };
  }

  /** Plans the next run of something; several plans for the same wait in line. */
  add(next: NextRun): void {
    this.#next.push(next);
  }

  /** Back to the defaults. */
  clear(): void {
    this.#usual = { ...defaults };
    this.#next = [];
  }

  /** The plan of a run that starts now, found by any of its names; a planned one is thereby used up. */
  take(service: string, names: string[]): RunPlan {
    const lower = names.map((name) => name.toLowerCase());
    const index = this.#next.findIndex((next) => next.service === service && lower.includes(next.name.toLowerCase()));
    if (index < 0) return { ...this.#usual };
    const [{ service: _service, name: _name, ...plan } = {} as NextRun] = this.#next.splice(index, 1);
    return { ...this.#usual, ...plan };
  }
}
