// A value to the text that stands for it between the quotes of a Nix string, next to whatever text is already there.

/**
 * The text to put anywhere between the quotes of a `"…"` literal so that it adds exactly `value`: any value but one with a NUL, which no
 * Nix string can hold. At its ends it is safe beside a `$` or a `{` that stands there already.
 */
export function escapeString(value: string): string {
  return value.replace(/["\\]|\$(?=\{|$)|^\{|\n|\r/g, (match) => (match === '\n' ? '\\n' : match === '\r' ? '\\r' : `\\${match}`))
}

/**
 * The same for the inside of `''…''`. A line end, and a space at the beginning, become interpolations: Nix would take the one for the
 * beginning of a line to strip and the other for indentation, even if they were escaped. Not for a place right behind a `$` or a `'`,
 * which would join the escape that `value` may begin with.
 */
export function escapeIndented(value: string): string {
  return value.replace(/''|\$(?=[{\n]|$)|^\{|^'|'(?![^'$\n\r])|^ |\n|\r/g, (match) => {
    if (match === "''") return "'''"
    if (match === '$') return "''$"
    if (match === '\n') return '${"\\n"}'
    if (match === ' ') return '${" "}'
    return `''\\${match === '\r' ? 'r' : match}`
  })
}
