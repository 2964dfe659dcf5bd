// Files that could not be read → lines as compilers print them, for editors to jump to.
import type { Problem } from '../../core/report.ts'
import { printable } from './layout.ts'
import type { View } from './view.ts'

/** `file:line:column: message`, then the source line and its caret. With `quiet` what is fine to leave alone is left out. */
export function problemLines(problems: readonly Problem[], view: View): readonly string[] {
  return problems
    .filter(({ code }) => !view.quiet || (code !== 'other-tool' && code !== 'binary-file' && code !== 'unfinished'))
    .flatMap(({ file, line, column, message, excerpt }) => {
      const place = [file, ...(line === null ? [] : [line, ...(column === null ? [] : [column])])].join(':')
      // A sentence about a whole file names it already.
      const said =
        line === null && message.includes(file) ? printable(message) : `${view.err.strong(printable(place))}: ${printable(message)}`
      return [said, ...excerptLines(excerpt ?? '')]
    })
}

/** The source line and its caret, below the sentence they are about. */
export function excerptLines(excerpt: string): readonly string[] {
  const shown = excerpt.split('\n').filter((text) => text !== '')
  return shown.map((text) => `  ${withTabs(text)}`)
}

/** Tabs stay, because the caret line repeats those of the source line. */
function withTabs(text: string): string {
  return text.split('\t').map(printable).join('\t')
}
