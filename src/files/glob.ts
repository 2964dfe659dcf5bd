// A glob → a test of relative paths.
import { InputError } from '../core/errors.ts'

/** Whether a pattern holds wildcards; one without is a plain path. */
export function isGlob(pattern: string): boolean {
  return /[*?[{]/.test(pattern)
}

/**
 * Tests paths with forward slashes against a whole pattern: `*` and `?` stay within one name, `**` as a whole name stands for any number of them,
 * `[a-z]`, `[!a-z]`, `{a,b}`, and a backslash takes the next character as it is. Names that begin with a dot are names like others.
 * Throws InputError `usage` for a range that is none, such as `[z-a]`.
 */
export function globTest(pattern: string): (path: string) => boolean {
  let source: string
  try {
    source = translate(pattern)
    const expression = new RegExp(`^${source}$`, 'su')
    return (path) => expression.test(path)
  } catch (error) {
    throw new InputError('usage', `${JSON.stringify(pattern)} is not a glob: a range in its brackets has no members`, { cause: error })
  }
}

function translate(pattern: string): string {
  let source = ''
  let depth = 0
  let at = 0
  while (at < pattern.length) {
    const stars = /^\*\*(\/|$)/.exec(pattern.slice(at))
    const set = /^\[(!?)(\]?[^\]]*)\]/.exec(pattern.slice(at))
    const char = String.fromCodePoint(pattern.codePointAt(at) ?? 0)
    if (stars !== null && (at === 0 || pattern[at - 1] === '/')) {
      source += stars[1] === '/' ? '(?:[^/]+/)*' : '.+'
      at += stars[0].length
      continue
    }
    if (set !== null) {
      source += `(?!/)[${set[1] === '!' ? '^' : ''}${(set[2] ?? '').replace(/[\\\]^[]/g, '\\$&')}]`
      at += set[0].length
      continue
    }
    at += char.length
    if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '{' && closes(pattern, at)) {
      source += '(?:'
      depth += 1
    } else if (char === '}' && depth > 0) {
      source += ')'
      depth -= 1
    } else if (char === ',' && depth > 0) source += '|'
    else if (char === '\\' && at < pattern.length) {
      const next = String.fromCodePoint(pattern.codePointAt(at) ?? 0)
      source += literal(next)
      at += next.length
    } else source += literal(char)
  }
  return source
}

/** Whether a brace opened just before `at` is closed. */
function closes(pattern: string, at: number): boolean {
  let depth = 1
  for (const char of pattern.slice(at).replace(/\\./gs, '')) {
    if (char === '{') depth += 1
    if (char === '}') depth -= 1
    if (depth === 0) return true
  }
  return false
}

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
}
