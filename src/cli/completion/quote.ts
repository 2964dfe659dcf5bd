// Text → one word of a shell's script.

/** For bash and zsh: between single quotes nothing is special. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** For fish, where a backslash between single quotes is special before another one and before a quote. */
export function quotedForFish(text: string): string {
  return `'${text.replaceAll(/[\\']/g, (character) => `\\${character}`)}'`
}

/** A pattern of `case` in bash and zsh: `*` stays a wildcard, all else is quoted. */
export function pattern(text: string): string {
  return text.split('*').map(quoteUnlessEmpty).join('*')
}

function quoteUnlessEmpty(text: string): string {
  return text === '' ? '' : quoted(text)
}
