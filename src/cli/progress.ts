// Downloads under way → bars on a terminal, or plain lines, on standard error.
import type { Progress } from '../workflow/ports.ts'
import { bytes, printable, width } from './report/layout.ts'
import type { Output } from './world.ts'

/** A download under way, in bytes. */
export interface Bar {
  readonly label: string
  readonly total: number | null
  readonly received: number
}

/** Everything a frame shows. */
export interface ProgressState {
  /** Under way, in the order they began. */
  readonly bars: readonly Bar[]
  /** Ended downloads and their bytes. */
  readonly done: { readonly count: number; readonly bytes: number }
  readonly milliseconds: number
}

/** One line a download and one for all of them, none longer than `columns` nor more than `rows`; without a download under way, none. Pure. */
export function frame(state: ProgressState, columns: number, rows: number): readonly string[] {
  if (state.bars.length === 0) return []
  const shown = state.bars.slice(0, Math.max(0, rows - 2))
  const label = Math.min(Math.max(0, ...shown.map((bar) => width(bar.label))), Math.max(8, Math.floor(columns / 2)))
  const received = state.done.bytes + state.bars.reduce((sum, bar) => sum + bar.received, 0)
  const hidden = state.bars.length - shown.length
  const total = [
    // How many are still to come nobody knows: what is chosen next may depend on these.
    `${state.done.count} done, ${state.bars.length} under way`,
    bytes(received),
    ...(state.milliseconds >= 500 ? [`${bytes(Math.round(received / (state.milliseconds / 1000)))}/s`] : []),
    ...(hidden > 0 ? [`${hidden} not shown`] : []),
  ].join(', ')
  return [...shown.map((bar) => barLine(bar, label, columns)), total].map((line) => cut(line, columns))
}

function barLine({ label, total, received }: Bar, labelWidth: number, columns: number): string {
  const name = cut(printable(label), labelWidth).padEnd(labelWidth)
  if (total === null || total <= 0) return `${name}  ${bytes(received)}`
  const part = Math.min(1, received / total)
  const figures = `${String(Math.floor(part * 100)).padStart(3)} %  ${bytes(received)} of ${bytes(total)}`
  const room = Math.min(30, columns - labelWidth - width(figures) - 5)
  if (room < 5) return `${name}  ${figures}`
  const full = Math.floor(part * room)
  return `${name}  ${'█'.repeat(full)}${'░'.repeat(room - full)}  ${figures}`
}

function cut(text: string, columns: number): string {
  return width(text) <= columns ? text : `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`
}

/** Progress that can be taken off the screen again; afterwards it stays silent. */
export interface ShownProgress extends Progress {
  close(): void
}

/** At most ten frames a second. */
const interval = 100

/** Bars redrawn in place; the terminal is left as if they had never been there. */
export function barProgress(output: Output, now: () => number): ShownProgress {
  const bars = new Map<string, Bar>()
  const start = now()
  let done = { count: 0, bytes: 0 }
  let drawn = 0
  let last = -Infinity
  let closed = false
  const draw = (force: boolean): void => {
    const size = output.size()
    if (closed || size === null || (!force && now() - last < interval)) return
    last = now()
    // One column stays free: a full line would make some terminals wrap.
    const lines = frame({ bars: [...bars.values()], done, milliseconds: last - start }, size.columns - 1, size.rows)
    output.write(erase(drawn) + lines.map((line) => `${line}\n`).join(''))
    drawn = lines.length
  }
  return {
    begin(id, label, total) {
      bars.set(id, { label, total, received: 0 })
      draw(false)
    },
    advance(id, received) {
      const bar = bars.get(id)
      if (bar === undefined) return
      bars.set(id, { ...bar, received })
      draw(false)
    },
    end(id) {
      const bar = bars.get(id)
      if (bar === undefined) return
      bars.delete(id)
      done = { count: done.count + 1, bytes: done.bytes + bar.received }
      draw(bars.size === 0)
    },
    note(message) {
      if (closed) return
      output.write(`${erase(drawn)}${printable(message)}\n`)
      drawn = 0
      draw(true)
    },
    close() {
      if (!closed && drawn > 0) output.write(erase(drawn))
      closed = true
    },
  }
}

/** Up by that many lines, then everything below is cleared. */
function erase(lines: number): string {
  return lines === 0 ? '' : `\u001b[${lines}F\u001b[0J`
}

/** One plain line as each download ends: for logs. */
export function lineProgress(output: Output): ShownProgress {
  const under = new Map<string, { label: string; received: number }>()
  return {
    begin: (id, label) => void under.set(id, { label, received: 0 }),
    advance: (id, received) => void under.set(id, { label: under.get(id)?.label ?? id, received }),
    end: (id) => {
      const bar = under.get(id)
      if (bar !== undefined) output.write(`${printable(bar.label)}: ${bytes(bar.received)} received\n`)
      under.delete(id)
    },
    note: (message) => output.write(`${printable(message)}\n`),
    close: () => undefined,
  }
}

/** Only what explains a wait. */
export function noteProgress(output: Output): ShownProgress {
  return { ...noProgress, note: (message) => output.write(`${printable(message)}\n`) }
}

/** Says nothing. */
export const noProgress: ShownProgress = { begin: () => undefined, advance: () => undefined, end: () => undefined, close: () => undefined }
