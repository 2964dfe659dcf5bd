// TypeScript text → the same text with comments, and with comments and literals, blanked out; offsets and lines stay.

/** Two views of a text, both of its length and with its line breaks. */
export interface Masked {
  /** Comments are spaces. */
  readonly code: string
  /** Comments, the insides of strings, template text and regular expressions are spaces; `${…}` is kept. */
  readonly bare: string
}

/** What may stand before a `/` that begins a regular expression; after anything else it divides. */
const beforeRegex = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|else|do|void|throw|await|yield))\s*$/

/** Blanks out what is not code. Total: an open comment or literal reaches to the end. */
export function mask(text: string): Masked {
  const code = text.split('')
  const bare = [...code]
  /** Depths of braces at which a template's `${` will close. */
  const templates: number[] = []
  let depth = 0
  let at = 0
  const blank = (end: number, ...views: string[][]): void => {
    for (; at < end; at++) if (text[at] !== '\n') for (const view of views) view[at] = ' '
  }
  const through = (pattern: RegExp): number => {
    pattern.lastIndex = at
    return pattern.exec(text) === null ? text.length : pattern.lastIndex
  }
  /** Blanks template text up to its end or its next `${`, which it enters. */
  const template = (): void => {
    const end = through(/(?:\\[\s\S]|[^\\`$]|\$(?!\{))*(?:`|\$\{)/y)
    const enters = text[end - 1] === '{'
    blank(end - (enters ? 2 : 1), bare)
    at = end
    if (enters) templates.push(depth++)
  }
  while (at < text.length) {
    const char = text[at]
    if (text.startsWith('//', at)) blank(through(/[^\n]*/y), code, bare)
    else if (text.startsWith('/*', at)) blank(through(/[\s\S]*?\*\//y), code, bare)
    else if (char === "'" || char === '"') blank(through(char === "'" ? /'(?:\\[\s\S]|[^\\'])*'/y : /"(?:\\[\s\S]|[^\\"])*"/y), bare)
    else if (char === '/' && beforeRegex.test(bare.slice(Math.max(0, at - 40), at).join('')))
      blank(through(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y), bare)
    else if (char === '`') {
      at++
      template()
    } else if (char === '}' && templates.at(-1) === depth - 1) {
      templates.pop()
      depth--
      at++
      template()
    } else {
      if (char === '{') depth++
      if (char === '}') depth--
      at++
    }
  }
  return { code: code.join(''), bare: bare.join('') }
}
