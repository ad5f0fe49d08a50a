/** What a person reads about a field. */
export interface OfferedField {
  label: string;
  help: string;
  /** Labels of a fixed choice; empty when there is none. */
  options: readonly string[];
  required: boolean;
}

/** What a person reads about an operation, a trigger or a connection. */
export interface Offered {
  description: string;
  /** By the names that the definitions give them. */
  fields: Record<string, OfferedField>;
}

/** What a built package offers, by the names that a person sees: `Run Pipeline in Azure Data Factory`. */
export type Offer = Record<string, Offered>;
