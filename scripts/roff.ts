// Text → roff that prints exactly that text, by the man(7) macros of groff and mandoc alike.

/** Characters that roff would read as something else, or print as another. */
const special: Readonly<Record<string, string>> = {
  '\\': String.raw`\e`,
  '-': String.raw`\-`,
  "'": String.raw`\(aq`,
  '"': String.raw`\(dq`,
  '`': String.raw`\(ga`,
  '^': String.raw`\(ha`,
  '~': String.raw`\(ti`,
}

/** Text within a line. White space of any kind becomes one space; control characters go. */
export function escaped(text: string): string {
  return [...text.replaceAll(/\s+/g, ' ')]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0
      if (code > 0x7e) return code < 0xa0 ? '' : `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`
      return code < 0x20 ? '' : (special[character] ?? character)
    })
    .join('')
}

export function bold(text: string): string {
  return String.raw`\fB${escaped(text)}\fR`
}

export function italic(text: string): string {
  return String.raw`\fI${escaped(text)}\fR`
}

/** Text that is escaped already → lines of at most 80 characters where it has spaces, none of which begins with a request. */
export function lines(text: string): readonly string[] {
  const filled: string[] = []
  for (const word of text.trim().split(/ +/)) {
    const last = filled.at(-1)
    if (last === undefined || last.length + 1 + word.length > 78) filled.push(word)
    else filled[filled.length - 1] = `${last} ${word}`
  }
  return filled.map(guarded)
}

/** A line that is no request, whatever it begins with. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? String.raw`\&${line}` : line
}

/** A tagged paragraph: the term, and indented below it what is said of it. Both are escaped already. */
export function tagged(term: string, said: string): readonly string[] {
  return ['.TP', guarded(term), ...lines(said)]
}
