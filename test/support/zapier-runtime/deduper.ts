import { zapierLimits } from './limits.ts';

/** Zapier's record of the items that a polling trigger has seen. */
export class Deduper {
  private readonly seen = new Set<string>();
  private filled = false;

  /** Whether the first poll, which only fills the record, is still pending. */
  get isEmpty(): boolean {
    return !this.filled;
  }

  /**
   * The items with a new key, in the app's order; none on the first poll.
   * The key consists of the output fields marked `primary`, or else of `id`.
   * Throws for an item without a key, because Zapier rejects it too.
   */
  takeNew<Item extends Record<string, unknown>>(items: readonly Item[], primary: readonly string[]): Item[] {
    const isFirst = !this.filled;
    this.filled = true;
    const fresh = items.filter((item) => {
      const key = keyOf(item, primary.length > 0 ? primary : ['id']);
      if (this.seen.has(key)) return false;
      this.seen.add(key);
      return true;
    });
    for (const oldest of this.seen) {
      if (this.seen.size <= zapierLimits.rememberedIds) break;
      this.seen.delete(oldest);
    }
    return isFirst ? [] : fresh;
  }
}

function keyOf(item: Record<string, unknown>, fields: readonly string[]): string {
  return fields
    .map((field) => {
      const value = item[field];
      if (value === undefined || value === null || value === '') {
        throw new Error(`An item of the polling trigger has no "${field}", by which Zapier tells items apart.`);
      }
      return String(value);
    })
    .join('\n');
}
