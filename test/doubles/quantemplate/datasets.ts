import { quantemplateAccount } from './account.ts';
import { claimsCsv } from './claims-csv.ts';

/** One version of a dataset: how to get its bytes; undefined when it is empty. */
type Content = (() => Iterable<Uint8Array>) | undefined;

interface Dataset {
  /** Oldest first; the version number is the place, counted from 1. */
  versions: Content[];
  /** What the API user may do. */
  access: 'edit' | 'read' | 'none';
}

const account = quantemplateAccount;
const reference = Buffer.from('Country,Name\r\nGB,United Kingdom\r\nNA,Namibia\r\nCI,"Côte d\'Ivoire"\r\n');

/** The datasets of the organisation. */
export class Datasets {
  #datasets = new Map<string, Dataset>();

  constructor(claimsRows: number) {
    this.#datasets.set(account.claimsDatasetId, { versions: [() => claimsCsv(claimsRows)], access: 'edit' });
    this.#datasets.set(account.emptyDatasetId, { versions: [undefined], access: 'edit' });
    this.#datasets.set(account.readOnlyDatasetId, { versions: [() => [reference]], access: 'read' });
    this.#datasets.set('d-private', { versions: [() => [reference]], access: 'none' });
  }

  /** What the API user may do with a dataset; undefined when there is none of that identifier. */
  access(id: string): Dataset['access'] | undefined {
    return this.#datasets.get(id)?.access;
  }

  /** The bytes of a version, by default the newest: `undefined` when empty, `null` when there is no such version. */
  open(id: string, version?: number): Iterable<Uint8Array> | undefined | null {
    const versions = this.#datasets.get(id)?.versions ?? [];
    const index = (version ?? versions.length) - 1;
    if (index < 0 || index >= versions.length) return null;
    return versions[index]?.();
  }

  /** A new version with these bytes; answers its number. */
  write(id: string, bytes: Buffer): number {
    return this.#add(id, bytes.length === 0 ? undefined : () => [bytes]);
  }

  /** A new version of generated claims with that many rows, also of a new dataset; answers its number. */
  generate(id: string, rows: number): number {
    const version = (this.#datasets.get(id)?.versions.length ?? 0) + 1;
    return this.#add(id, rows === 0 ? undefined : () => claimsCsv(rows, version));
  }

  #add(id: string, content: Content): number {
    const dataset = this.#datasets.get(id) ?? { versions: [], access: 'edit' as const };
    this.#datasets.set(id, dataset);
    return dataset.versions.push(content);
  }
}
