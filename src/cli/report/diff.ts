// A unified diff → the same, in colours where there are any.
import { printable } from './layout.ts'
import { plain } from './view.ts'
import type { Painter } from './view.ts'

/** Byte for byte as it is in a pipe, so that it can be applied; on a terminal painted and without control characters. */
export function diffText(diff: string, painter: Painter): string {
  if (painter === plain) return diff
  return diff
    .split('\n')
    .map((line) => {
      const text = line.split('\t').map(printable).join('\t')
      if (/^(?:---|\+\+\+|diff |index )/.test(line)) return painter.strong(text)
      if (line.startsWith('@@')) return painter.heading(text)
      if (line.startsWith('+')) return painter.good(text)
      return line.startsWith('-') ? painter.bad(text) : text
    })
    .join('\n')
}
