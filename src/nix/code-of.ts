// A text → its code: comments and strings of several lines become blanks. For looking at many files, where to parse each would take too long.

const inCode = /[#"{}]|\/\*|''/g
const inQuoted = /\\[^]|\$\$|\$\{|"/g
const inIndented = /''(?:\$|\\[^]?|')?|\$\$|\$\{/g

const lineEnd = /[\r\n]/g

// What a stop without a space before it may belong to: a name, an address without quotes, a path.
const joining = /[\w.+\-/~%?:@&=$,!*']/
const opensAfter = /^(?:[^:]*[?@&=$,!*])?$/
const isName = /^(?:[^:]*[?@&=$,!*])?[A-Za-z_][\w'-]*$/

/** What encloses the place that is looked at. */
type Enclosing = '{' | '"' | "''"

/**
 * The text with the same offsets and blanks for comments and for what stands in `''…''` strings of more than one line, code in `${…}` excepted. A
 * text whose strings and braces do not match, or where only a parser can tell, comes back as it is. The rules are those of Nix's lexer.l.
 */
export function codeOf(text: string): string {
  const blanks: { readonly start: number; end: number }[] = []
  const enclosing: Enclosing[] = []
  /** Where the part of an indented string began that is being read. */
  let from = 0
  for (let at = 0; at < text.length;) {
    const around = enclosing.at(-1)
    const stops = around === '"' ? inQuoted : around === "''" ? inIndented : inCode
    stops.lastIndex = at
    const found = stops.exec(text)
    if (found === null) {
      if (around === '"' || around === "''") return text
      break
    }
    const [stop] = found
    at = stops.lastIndex
    if (stop === '{' || stop === '${') {
      if (around === "''") blanks.push({ start: from, end: found.index })
      enclosing.push('{')
    } else if (stop === '}') {
      if (enclosing.pop() !== '{') return text
      from = at
    } else if (stop === '"') {
      if (around === '"') enclosing.pop()
      else enclosing.push('"')
    } else if (stop === "''") {
      if (around === "''") {
        enclosing.pop()
        blanks.push({ start: from, end: found.index })
      } else {
        const before = joined(text, found.index)
        if (isName.test(before)) continue
        if (!opensAfter.test(before)) return text
        enclosing.push("''")
      }
      from = at
    } else if (stop === '#' || stop === '/*') {
      if (stop === '/*' && !opensAfter.test(joined(text, found.index))) return text
      const end = stop === '#' ? endOfLine(text, at) : text.indexOf('*/', at)
      if (end < 0 && stop === '/*') return text
      at = end < 0 ? text.length : end + (stop === '#' ? 0 : 2)
      blanks.push({ start: found.index, end: at })
    }
  }
  return enclosing.length > 0 ? text : blanked(text, blanks)
}

/** What stands before an offset without a space or a bracket between; with the brace, where a path may go on behind code. */
function joined(text: string, offset: number): string {
  let start = offset
  while (start > 0 && joining.test(text[start - 1]!)) start--
  return text.slice(start < offset && text[start - 1] === '}' ? start - 1 : start, offset)
}

function endOfLine(text: string, offset: number): number {
  lineEnd.lastIndex = offset
  return lineEnd.exec(text)?.index ?? -1
}

function blanked(text: string, blanks: readonly { readonly start: number; readonly end: number }[]): string {
  let code = ''
  let kept = 0
  for (const { start, end } of blanks) {
    const part = text.slice(start, end)
    if (!part.includes('\n') && !part.startsWith('#') && !part.startsWith('/*')) continue
    code += text.slice(kept, start) + ' '.repeat(end - start)
    kept = end
  }
  return code + text.slice(kept)
}
