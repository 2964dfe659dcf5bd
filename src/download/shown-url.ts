// A URL to the form that may stand in a message: signatures and passwords live in what is left out.

/** The URL without user, password, query and fragment. */
export function shownUrl(url: string | URL): string {
  const text = String(url).replace(/[?#].*$/s, '')
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1')
}
