import { quantemplateAccount } from './account.ts';
import { claimsCsv } from './claims-csv.ts';

/** Opens one version of a dataset; undefined when it is empty. */
type Content = (() => Iterable<Uint8Array>) | undefined;

interface Dataset {
  /** Oldest first; version numbers start at 1. */
  versions: Content[];
  /** Permission of the API user. */
  access: 'edit' | 'read' | 'none';
}

const account = quantemplateAccount;
const reference = Buffer.from('Country,Name\r\nGB,United Kingdom\r\nNA,Namibia\r\nCI,"Côte d\'Ivoire"\r\n');

/** The datasets of the organization. */
export class Datasets {
  #datasets = new Map<string, Dataset>();

  constructor(claimsRows: number) {
    this.#datasets.set(account.claimsDatasetId, { versions: [() => claimsCsv(claimsRows)], access: 'edit' });
    this.#datasets.set(account.emptyDatasetId, { versions: [undefined], access: 'edit' });
    this.#datasets.set(account.readOnlyDatasetId, { versions: [() => [reference]], access: 'read' });
    this.#datasets.set('d-private', { versions: [() => [reference]], access: 'none' });
  }

  /** Permission of the API user for a dataset; undefined when the dataset does not exist. */
  access(id: string): Dataset['access'] | undefined {
    return this.#datasets.get(id)?.access;
  }

  /** The bytes of a version, by default the latest: `undefined` if it is empty, `null` if it does not exist. */
  open(id: string, version?: number): Iterable<Uint8Array> | undefined | null {
    const versions = this.#datasets.get(id)?.versions ?? [];
    const index = (version ?? versions.length) - 1;
    if (index < 0 || index >= versions.length) return null;
    return versions[index]?.();
  }

  /** Adds a version with these bytes. Returns its number. */
  write(id: string, bytes: Buffer): number {
    return this.#add(id, bytes.length === 0 ? undefined : () => [bytes]);
  }

  /** Adds a version with generated claims, creating the dataset if needed. Returns its number. */
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
