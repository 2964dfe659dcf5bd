// POSIX extended regular expressions, as Nix reads them, → JavaScript's.

const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '!-\\/:-@\\[-`{-~',
  space: ' \\t\\n\\r\\f\\v',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
}

/** The same expression for JavaScript, or null where it has no such thing. A dot matches line ends too, as in Nix. */
export function posixPattern(pattern: string): string | null {
  let out = ''
  let at = 0
  while (at < pattern.length) {
    const character = pattern[at]!
    if (character === '[') {
      const bracket = bracketExpression(pattern, at)
      if (bracket === null) return null
      out += bracket.pattern
      at = bracket.end
    } else if (character === '\\') {
      const next = pattern[at + 1]
      if (next === undefined || /[A-Za-z0-9]/.test(next)) return null
      out += `\\${next}`
      at += 2
    } else if (character === '.') {
      out += '[^]'
      at++
    } else if (character === '(' && pattern[at + 1] === '?') return null
    else {
      out += character === '/' ? '\\/' : character
      at++
    }
  }
  try {
    new RegExp(out)
    return out
  } catch {
    return null
  }
}

/** Inside brackets a backslash is itself, and `]` first is itself. */
function bracketExpression(pattern: string, start: number): { pattern: string; end: number } | null {
  let at = start + 1
  let out = '['
  if (pattern[at] === '^') {
    out += '^'
    at++
  }
  for (let first = true; ; first = false) {
    const character = pattern[at]
    if (character === undefined) return null
    if (character === ']' && !first) return { pattern: `${out}]`, end: at + 1 }
    if (character === '[' && pattern[at + 1] === ':') {
      const end = pattern.indexOf(':]', at)
      const known = end < 0 ? undefined : classes[pattern.slice(at + 2, end)]
      if (known === undefined) return null
      out += known
      at = end + 2
      continue
    }
    if (character === '[' && (pattern[at + 1] === '.' || pattern[at + 1] === '=')) return null
    out += character === '\\' || character === '[' || character === ']' || (character === '^' && out.length <= 2) ? `\\${character}` : character
    at++
  }
}
