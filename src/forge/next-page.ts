// A `Link` header to the address of the next page. Pure.

/** The target of `rel="next"` (RFC 8288), resolved against the page it came with; null where there is none. */
export function nextPage(header: string | undefined, current: string): string | null {
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(
    /<([^>]*)>((?:\s*;\s*[^\s;,=]+\s*(?:=\s*(?:"[^"]*"|[^\s;,"]*))?)*)/g,
  )) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters)
    const names = (relations?.[1] ?? relations?.[2] ?? '').toLowerCase().split(/\s+/)
    if (names.includes('next') && URL.canParse(target, current)) return new URL(target, current).href
  }
  return null
}
