// Settings and a URL to the undici dispatcher that reaches it: direct or through a proxy, with the trusted certificates.
import type { Agent, Dispatcher, Pool, buildConnector } from 'undici'
import { EarlyConnections } from './early.ts'
import { proxyFor } from './proxy.ts'
import type { NetworkSettings } from './settings.ts'
import { trust } from './trust.ts'

type Undici = typeof import('undici')
type Connect = buildConnector.connector

/** How a URL is reached. */
export interface Route {
  readonly request: Undici['request']
  readonly dispatcher: Dispatcher
  /** The proxy's origin without credentials; null for a direct connection. */
  readonly proxy: string | null
}

/** Routes that share connections; nothing is loaded or opened before the first one is asked for. */
export interface Routes {
  /** Throws InputError `bad-config` where a named CA file is of no use. */
  to(url: URL): Promise<Route>
  /** A request to this URL is to come: a connection for it is opened, not before the first request to anywhere has one. Plain http is left alone. */
  soon(url: URL): void
  /** Drops every connection, idle or not. */
  close(): Promise<void>
}

/** Makes the routes for these settings. */
export function routes(settings: Pick<NetworkSettings, 'proxies' | 'caFiles' | 'timeouts'>): Routes {
  let ready: Promise<(proxy: string | null) => Dispatcher> | null = null
  const made = new Map<string | null, Dispatcher>()
  const early = new Map<string | null, EarlyConnections>()
  const earlyFor = (proxy: string | null): EarlyConnections => {
    const known = early.get(proxy) ?? new EarlyConnections()
    early.set(proxy, known)
    return known
  }
  return {
    async to(url) {
      ready ??= prepare(settings, made, earlyFor)
      const [{ request }, dispatcherFor] = await Promise.all([import('undici'), ready])
      const proxy = proxyFor(url, settings.proxies)
      return { request, dispatcher: dispatcherFor(proxy), proxy: proxy === null ? null : new URL(proxy).origin }
    },
    soon(url) {
      if (url.protocol === 'https:') earlyFor(proxyFor(url, settings.proxies)).open(url)
    },
    async close() {
      for (const each of early.values()) each.close()
      const all = [...made.values()]
      made.clear()
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()))
    },
  }
}

async function prepare(
  { caFiles, timeouts }: Pick<NetworkSettings, 'caFiles' | 'timeouts'>,
  made: Map<string | null, Dispatcher>,
  earlyFor: (proxy: string | null) => EarlyConnections,
): Promise<(proxy: string | null) => Dispatcher> {
  const [{ Agent, Pool, ProxyAgent, buildConnector }, secureContext] = await Promise.all([import('undici'), trust(caFiles)])
  // Node tries a host's addresses one after the other and gives each 250 ms, which a far server does not always keep.
  const connect = { timeout: timeouts.connect, autoSelectFamilyAttemptTimeout: 1000, ...(secureContext === null ? {} : { secureContext }) }
  return (proxy) => {
    const known = made.get(proxy)
    if (known !== undefined) return known
    const early = earlyFor(proxy)
    // Addresses without TLS go through the proxy in another way, and are none that anything is fetched from.
    const factory = (origin: string | URL, { connect, ...options }: Pool.Options): Pool =>
      new Pool(origin, { ...options, connect: new URL(origin).protocol === 'https:' ? early.around(connect as Connect) : connect! })
    const dispatcher =
      proxy === null
        ? new Agent({ connect: buildConnector(connect), factory: factory as NonNullable<Agent.Options['factory']> })
        : new ProxyAgent({ ...proxyAddress(proxy), proxyTunnel: false, proxyTls: connect, requestTls: connect, factory })
    made.set(proxy, dispatcher)
    return dispatcher
  }
}

/** undici takes credentials from the URL only where there is a password, so they are given apart. */
function proxyAddress(proxy: string): { uri: string; token?: string } {
  const { origin, username, password } = new URL(proxy)
  if (username === '' && password === '') return { uri: origin }
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { uri: origin, token: `Basic ${Buffer.from(credentials).toString('base64')}` }
}
