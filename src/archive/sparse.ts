// The ways a tar says where a file's holes are → the pieces of the file that were written.

/** A run of bytes that were written; everything between runs is zero. */
export interface Run {
  /** Where it stands in the file, in bytes. */
  readonly at: number
  readonly length: number
}

/** Pairs of offset and length, as all three pax forms and the old GNU form have them; null where they are no such list. */
export function runsOf(numbers: readonly number[], realSize: number): readonly Run[] | null {
  if (numbers.length % 2 !== 0) return null
  const runs: Run[] = []
  let end = 0
  for (let i = 0; i < numbers.length; i += 2) {
    const at = numbers[i] ?? -1
    const length = numbers[i + 1] ?? -1
    if (!Number.isSafeInteger(at) || !Number.isSafeInteger(length) || length < 0 || at < end || at + length > realSize) return null
    end = at + length
    if (length > 0) runs.push({ at, length })
  }
  return runs
}

const zeros = new Uint8Array(1 << 16)

/** The whole file: runs one after the other from `written`, zeros between them and up to `size`. `written(from, length)` counts in written bytes. */
export async function* fillHoles(
  runs: readonly Run[],
  size: number,
  written: (from: number, length: number) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0
  let from = 0
  for (const run of [...runs, { at: size, length: 0 }]) {
    for (; at < run.at; at += Math.min(zeros.length, run.at - at)) yield zeros.subarray(0, run.at - at)
    yield* written(from, run.length)
    from += run.length
    at += run.length
  }
}
