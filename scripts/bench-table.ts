// Figures and their targets become a table.

/** One line of the table: a figure with its unit and, where there is one, the target it is held against. */
export interface Row {
  readonly name: string
  readonly measured: string
  readonly target: string
  readonly verdict: 'ok' | 'over' | 'skipped' | 'failed' | ''
}

/** A figure that is itself a relation between two times. */
export function ratio(name: string, value: number, target: number, kind: 'at most' | 'at least', detail: string): Row {
  const isGood = kind === 'at most' ? value <= target : value >= target
  return {
    name,
    measured: `${value.toFixed(2)} × (${detail})`,
    target: `${kind === 'at most' ? '≤' : '≥'} ${target}`,
    verdict: isGood ? 'ok' : 'over',
  }
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`

/** A row without a figure: for want of a tool, or because what was to be measured did not work. */
export function without(name: string, verdict: 'skipped' | 'failed', why: string): Row {
  return { name, measured: `${verdict}: ${why}`, target: '', verdict }
}

/** To standard output, in columns. */
export function print(rows: readonly Row[]): void {
  const head: Row = { name: 'what', measured: 'measured', target: 'target', verdict: '' }
  const width = (key: 'name' | 'measured' | 'target'): number => Math.max(...[head, ...rows].map((row) => row[key].length))
  const [first, second, third] = [width('name'), width('measured'), width('target')]
  for (const row of [head, ...rows]) {
    console.log(`${row.name.padEnd(first)}  ${row.measured.padEnd(second)}  ${row.target.padEnd(third)}  ${row.verdict}`.trimEnd())
  }
}
