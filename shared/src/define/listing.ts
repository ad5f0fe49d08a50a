/** A category of n8n's node panel. https://docs.n8n.io/integrations/creating-nodes/build/reference/node-codex-files/ */
export type Category = 'Analytics' | 'Communication' | 'Data & Storage' | 'Development';

/** What a directory of nodes or apps shows for a service beyond its definition. */
export interface Listing {
  /** Base name of its icons in `icons/`: `dbt` for `dbt.svg` and `dbt.dark.svg`. Default: the service's key in kebab case. */
  icon?: string;
  categories: readonly [Category, ...Category[]];
  /** Search terms other than the service's name. */
  aliases: readonly string[];
  /**
   * Completes “Starts the workflow when …” for a trigger node with several events: `a job run starts, completes or fails`.
   * A trigger node with one event shows the description of that event.
   */
  startsWhen?: string;
}
