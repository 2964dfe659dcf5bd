// Blocks of Markdown → as many of them as a body may be long, and a word on what was left out.
import { count } from './layout.ts'

/** GitHub refuses a body, and a comment, of more characters. */
export const bodyLimit = 65_536

export interface Block {
  readonly text: string
  /** Follows the text; left out before any text is. */
  readonly fold?: string
}

/** Never longer than `limit`, which is at least 1000: folds go first, from the last, then blocks, from the last. The first block has to fit. */
export function fitted(blocks: readonly Block[], limit: number = bodyLimit): string {
  const whole = blocks.map(({ text, fold = '' }) => text + fold).join('')
  if (whole.length <= limit) return whole
  let room = limit - 400
  const shown: string[] = []
  for (const { text } of blocks) {
    if (text.length > room) break
    room -= text.length
    shown.push(text)
  }
  let unfolded = 0
  for (const [i, text] of shown.entries()) {
    const { fold = '' } = blocks[i] ?? {}
    if (fold === '') continue
    if (unfolded > 0 || fold.length > room) unfolded++
    else {
      room -= fold.length
      shown[i] = text + fold
    }
  }
  const gone = blocks.length - shown.length
  const notes = [
    ...(unfolded === 0 ? [] : [count(unfolded, 'folded table')]),
    ...(gone === 0 ? [] : [`the last ${gone === 1 ? 'entry' : `${gone} entries`}`]),
  ]
  return `${shown.join('').trimEnd()}\n\n_Left out, to stay below ${limit.toLocaleString('en')} characters: ${notes.join(' and ')}._\n`
}
