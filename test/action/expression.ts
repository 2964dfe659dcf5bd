// A text with `${{ … }}` and what it may speak of → the text filled in; what is not known is refused, never guessed.

/** What expressions may name, by its dotted path, such as `inputs.pins`. */
export type Known = Readonly<Record<string, string>>

/** Throws where an expression is more than a name, or names what is not known. */
export function evaluate(text: string, known: Known): string {
  const filled = text.replaceAll(/\$\{\{([^]*?)\}\}/g, (_, inner: string) => {
    const name = inner.trim()
    if (!/^[a-z]+(?:\.[a-zA-Z0-9_-]+)+$/.test(name)) throw new Error(`the expression ${JSON.stringify(name)} is more than a name`)
    const value = known[name]
    if (value === undefined) throw new Error(`the expression ${name} names what is not known`)
    return value
  })
  return filled
}
