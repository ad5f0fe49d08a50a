/** A field as users see it. */
export interface OfferedField {
  label: string;
  help: string;
  /** Labels of the options of a dropdown; empty without options. */
  options: readonly string[];
  required: boolean;
}

/** An operation, a trigger or a connection as users see it. */
export interface Offered {
  description: string;
  /** By the names in the definition. */
  fields: Record<string, OfferedField>;
}

/** What a built package offers, by label: `Run Pipeline in Azure Data Factory`. */
export type Offer = Record<string, Offered>;
