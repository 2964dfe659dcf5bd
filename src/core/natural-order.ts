// Two texts become their order as a person reads them: runs of digits count as numbers.

/** Compares two runs of decimal digits of any length as numbers; leading zeros do not count. */
export function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '')
  const right = b.replace(/^0+/, '')
  return left.length - right.length || compareText(left, right)
}

/** Compares by UTF-16 code units, as `<` does. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A total preorder: digits before other characters, digit runs by value (`a9` before `a10`, `a1` level with `a01`), the rest by code units. */
export function compareNatural(a: string, b: string): number {
  const left = chunks(a)
  const right = chunks(b)
  for (const [i, x] of left.entries()) {
    const y = right[i]
    if (y === undefined) return 1
    const order = compareChunks(x, y)
    if (order !== 0) return order
  }
  return left.length - right.length
}

function chunks(text: string): readonly string[] {
  return text.match(/\d+|\D+/g) ?? []
}

function compareChunks(a: string, b: string): number {
  const digits = /^\d/
  if (digits.test(a)) return digits.test(b) ? compareDigits(a, b) : -1
  return digits.test(b) ? 1 : compareText(a, b)
}
