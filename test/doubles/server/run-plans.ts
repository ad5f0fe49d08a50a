/** Duration and outcome of a run. */
export interface RunPlan {
  /** Milliseconds for which reading the run returns 404. Default: 0. */
  hiddenMilliseconds: number;
  /** Milliseconds before it starts. Default: 300. */
  queuedMilliseconds: number;
  /** Milliseconds that all steps take together. Default: 1200. */
  runningMilliseconds: number;
  /** Milliseconds between a cancellation and its effect. Default: 200. */
  cancellingMilliseconds: number;
  /** Makes it fail. */
  failure?: RunFailure;
}

/** Where and why a run fails. */
export interface RunFailure {
  /** Name of the step; default: the last one. */
  step?: string;
  message?: string;
  /** The vendor's error code, if steps have one. */
  code?: string;
}

/** The plan of the next run of one pipeline, job or report. */
export interface NextRun extends Partial<RunPlan> {
  /** `data-factory`, `synapse`, `spark`, `quantemplate`, `dbt`, `databricks`, `mode`, `power-bi`, `tableau`, `fabric`, `prefect`, `airbyte` or `airflow`. */
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

/** Plans of future runs. */
export class RunPlans {
  #usual: RunPlan = { ...defaults };
  #next: NextRun[] = [];

  /** Sets the durations of runs without a plan. */
  setDurations(durations: Partial<Omit<RunPlan, 'failure'>>): void {
    this.#usual = { ...this.#usual, ...durations };
  }

  /** Plans the next run; several plans for the same item are queued. */
  add(next: NextRun): void {
    this.#next.push(next);
  }

  /** Restores the defaults. */
  clear(): void {
    this.#usual = { ...defaults };
    this.#next = [];
  }

  /** Takes the plan for a run that starts now, found by any of its names. */
  take(service: string, names: string[]): RunPlan {
    const lower = names.map((name) => name.toLowerCase());
    const index = this.#next.findIndex((next) => next.service === service && lower.includes(next.name.toLowerCase()));
    if (index < 0) return { ...this.#usual };
    const [{ service: _service, name: _name, ...plan } = {} as NextRun] = this.#next.splice(index, 1);
    return { ...this.#usual, ...plan };
  }
}
