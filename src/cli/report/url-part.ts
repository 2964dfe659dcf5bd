// Any text → a part of a URL.

/** Percent-encoded, also what would end a link in Markdown; half a surrogate pair becomes U+FFFD. */
export function urlPart(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
