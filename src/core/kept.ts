// Values that can be made again → those that were made last, up to a weight: what keeps memory bounded however much there is to read.

/** A map that forgets its oldest entries when they are too many together. */
export class Kept<Value> {
  readonly #most: number
  readonly #entries = new Map<string, { readonly value: Value; readonly weight: number }>()
  #weight = 0

  /** `most` is the weight that all entries may have together, in whatever unit they are weighed; the newest stays even if it is heavier. */
  constructor(most: number) {
    this.#most = most
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value
  }

  set(key: string, value: Value, weight: number): void {
    this.#drop(key)
    this.#entries.set(key, { value, weight })
    this.#weight += weight
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#most || oldest === key) break
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0
    this.#entries.delete(key)
  }
}
