// How a report is shown: to what width, how much of it, in which colours.

/** Puts a text in a style; in plain form it gives the text back. */
export type Paint = (text: string) => string

export interface Painter {
  readonly strong: Paint
  readonly faint: Paint
  readonly good: Paint
  readonly bad: Paint
  readonly warning: Paint
  readonly heading: Paint
}

export interface View {
  /** For standard output. */
  readonly out: Painter
  /** For standard error. */
  readonly err: Painter
  /** Of the terminal that standard output is; null means no limit. */
  readonly columns: number | null
  readonly quiet: boolean
  readonly verbose: boolean
  /** How long the command took. */
  readonly milliseconds: number
}

const asIs: Paint = (text) => text

/** No colours: what a pipe gets. */
export const plain: Painter = { strong: asIs, faint: asIs, good: asIs, bad: asIs, warning: asIs, heading: asIs }

function sgr(on: number, off: number): Paint {
  return (text) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`)
}

/** The sixteen colours every terminal has, so that its theme decides. */
export const coloured: Painter = {
  strong: sgr(1, 22),
  faint: sgr(2, 22),
  good: sgr(32, 39),
  bad: sgr(31, 39),
  warning: sgr(33, 39),
  heading: sgr(36, 39),
}

/** Whether a stream gets colours; `always` and `never` outrank NO_COLOR, which counts when it is not empty (no-color.org). */
export function wantsColor(
  color: 'auto' | 'always' | 'never',
  terminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (color !== 'auto') return color === 'always'
  return terminal && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
}
