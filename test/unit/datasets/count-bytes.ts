/**
 * Counts what code allocates and moves. Import it before all other modules: a library keeps the constructors that it finds when
 * it is loaded.
 */
const { Uint8Array: Original } = globalThis;
const { copyWithin, fill, set, slice } = Original.prototype;

let bytes = 0;

globalThis.Uint8Array = new Proxy(Original, {
  construct(target, given: unknown[], newTarget) {
    const made: Uint8Array = Reflect.construct(target, given, newTarget);
    if (typeof given[0] === 'number') bytes += made.length;
    return made;
  },
});

Object.assign(Original.prototype, {
  copyWithin(this: Uint8Array, target: number, start: number, end?: number) {
    bytes += (end ?? this.length) - start;
    return copyWithin.call(this, target, start, end);
  },
  fill(this: Uint8Array, value: number, start?: number, end?: number) {
    bytes += (end ?? this.length) - (start ?? 0);
    return fill.call(this, value, start, end);
  },
  set(this: Uint8Array, from: ArrayLike<number>, at?: number) {
    bytes += from.length;
    set.call(this, from, at);
  },
  slice(this: Uint8Array, start?: number, end?: number) {
    const made = slice.call(this, start, end);
    bytes += made.length;
    return made;
  },
});

/** Does work, and returns how many bytes the arrays of bytes allocated, copied, moved and filled for it, and its error. */
export async function workOf(work: () => Promise<unknown>): Promise<{ bytes: number; error?: unknown }> {
  const before = bytes;
  try {
    await work();
    return { bytes: bytes - before };
  } catch (error) {
    return { bytes: bytes - before, error };
  }
}
