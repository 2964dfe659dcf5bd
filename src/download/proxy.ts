// A URL and the proxy settings to the proxy that shall be asked, or none.
import { BlockList, isIP } from 'node:net'
import type { ProxySettings } from './settings.ts'

/**
 * The proxy's URL, or null for a direct connection. NO_PROXY is a list with commas or spaces: `*`, a host (which also means the hosts
 * below it, with or without a dot or `*.` before it), an address, a range such as `10.0.0.0/8`; each but `*` may end in `:PORT`.
 */
export function proxyFor(url: URL, proxies: ProxySettings): string | null {
  const proxy = (url.protocol === 'https:' ? proxies.https : proxies.http) ?? proxies.all
  if (proxy === null) return null
  const entries = proxies.none.split(/[\s,]+/).filter((entry) => entry !== '')
  return entries.some((entry) => excludes(entry.toLowerCase(), url)) ? null : proxy
}

function excludes(entry: string, url: URL): boolean {
  if (entry === '*') return true
  const host = url.hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const [, bracketed, name = '', entryPort] = /^(?:\[([^\]]*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? []
  // An address of version 6 without brackets cannot carry a port.
  const [wanted, wantedPort] = isIP(entry) === 6 || entry.includes('/') ? [entry, undefined] : [bracketed ?? name, entryPort]
  if (wanted === '' || (wantedPort !== undefined && wantedPort !== port)) return false
  if (wanted.includes('/')) return inRange(host, wanted)
  const domain = wanted.replace(/^\*?\./, '').replace(/\.$/, '')
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`))
}

function inRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/')
  const version = isIP(network)
  if (version === 0 || isIP(host) !== version || !/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(network, Number(bits), family)
  return list.check(host, family)
}
