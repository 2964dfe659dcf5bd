// Pairs of address prefixes and a URL → the URL it is fetched from instead.

/** Both are http or https addresses without user, query and fragment, and without a slash at the end. */
export interface Mirror {
  readonly from: string
  readonly to: string
}

/** A mirror of two addresses as a person writes them, or what is wrong with them. Never throws. */
export function readMirror(from: string, to: string): { readonly mirror: Mirror } | { readonly problem: string } {
  const [start, end] = [prefix(from), prefix(to)]
  if (start === null || end === null) {
    // An address with a password in it is not repeated.
    const bad = start === null ? from : to
    const shown = bad.includes('@') ? 'an address with a user in it' : JSON.stringify(bad)
    return { problem: `expected an http or https address without user, query and fragment, such as "https://github.com/", got ${shown}` }
  }
  return { mirror: { from: start, to: end } }
}

/** Where the URL is fetched from: the longest prefix that ends between two segments of it counts, of equals the first. Null where none does. */
export function mirrored(url: string, mirrors: readonly Mirror[]): string | null {
  if (mirrors.length === 0 || !URL.canParse(url)) return null
  const { href } = new URL(url)
  let best: Mirror | null = null
  for (const mirror of mirrors)
    if (
      href.startsWith(mirror.from) &&
      /^(?:[/?#]|$)/.test(href.slice(mirror.from.length)) &&
      mirror.from.length > (best?.from.length ?? -1)
    )
      best = mirror
  return best === null ? null : best.to + href.slice(best.from.length)
}

function prefix(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || /[?#\s]/.test(text) || url.username !== '' || url.password !== '') return null
  return url.href.replace(/\/+$/, '')
}
