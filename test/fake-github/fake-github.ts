// A world becomes a GitHub that can be reached: through a proxy, by its real host names, over HTTPS.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transport } from './deliver.ts'
import { type Fault, type Rule, befalls, deliver, isTunnelFault, matches } from './faults.ts'
import { charge, handle } from './handle.ts'
import { createInsideServers } from './inside-servers.ts'
import { type LoggedRequest, type LoggedTunnel, unexpectedIn } from './log.ts'
import { type Tunnel, createProxy } from './proxy.ts'
import { type Reply, type Request, reply } from './reply.ts'
import { pause } from './shape.ts'
import type { World } from './world.ts'

export interface Fake {
  /** What makes a program use it; also empties the variables that could lead it elsewhere or carry a real token. */
  readonly env: Readonly<Record<string, string>>
  readonly proxyUrl: string
  /** The authority's certificate, PEM. */
  readonly caFile: string
  /** May be changed at any time; the next request sees it. */
  readonly world: World
  readonly requests: LoggedRequest[]
  readonly tunnels: LoggedTunnel[]
  /** Requests that no GitHub would know, and refused tunnels that no fault explains. Empty for a well-behaved client. */
  unexpected(): string[]
  /** Closes every connection and removes the certificate. May be called twice. */
  stop(): Promise<void>
}

/** Remembers how often each rule has matched. */
function countRules(world: World): (request: Pick<Request, 'host' | 'method' | 'path'>, answer: Reply | null) => Fault | null {
  const counts = new WeakMap<Rule, number>()
  return (request, answer) => {
    let fault: Fault | null = null
    for (const rule of world.faults) {
      if (!matches(rule, request, answer)) continue
      const count = (counts.get(rule) ?? 0) + 1
      counts.set(rule, count)
      if (befalls(rule, count)) fault ??= rule.fault
    }
    return fault
  }
}

function lowerCased(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.headersDistinct).map(([name, values]) => [name.toLowerCase(), (values ?? []).join(', ')]),
  )
}

/** What leads a program here and nowhere else. */
function environment(proxyUrl: string, caFile: string): Record<string, string> {
  const all = (names: readonly string[], value: string): Record<string, string> => Object.fromEntries(names.map((name) => [name, value]))
  return {
    ...all(['NO_PROXY', 'no_proxy', 'ALL_PROXY', 'all_proxy', 'GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_API_URL', 'GITHUB_SERVER_URL'], ''),
    ...all(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'], proxyUrl),
    ...all(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'NIX_SSL_CERT_FILE', 'CURL_CA_BUNDLE'], caFile),
  }
}

/** Starts it. Only 127.0.0.1 is listened on, and nothing is ever fetched from anywhere. */
export async function startFakeGitHub(world: World): Promise<Fake> {
  const requests: LoggedRequest[] = []
  const tunnels: LoggedTunnel[] = []
  const open = new Map<number, Tunnel>()
  const faultFor = countRules(world)

  async function answer(
    scheme: 'http' | 'https',
    host: string,
    path: string,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const tunnel = open.get(message.socket.remotePort ?? 0)
    const request: Request = { scheme, method: message.method ?? '', host, path, headers: lowerCased(message), time: Date.now() }
    const misdirected = tunnel !== undefined && tunnel.host !== host
    const honest = misdirected ? reply(421, {}, 'Misdirected Request\n', { unexpected: true }) : handle(world, request)
    charge(world, honest)
    const fault = faultFor(request, honest)
    const delivery = deliver(fault === null || isTunnelFault(fault) ? null : fault, honest, request)
    const entry: LoggedRequest = {
      scheme,
      method: request.method,
      host,
      path,
      headers: request.headers,
      status: delivery.reply.status,
      asset: honest.asset ?? null,
      fault: fault?.kind ?? null,
      unexpected: honest.unexpected ?? false,
      startedAt: performance.now(),
      endedAt: null,
      sent: 0,
    }
    requests.push(entry)
    response.on('close', () => (entry.endedAt = performance.now()))
    message.resume()
    await pause(world.network.latency)
    const carrier = {
      wire: tunnel?.wire ?? message.socket,
      bucket: tunnel?.bucket ?? { busyUntil: 0 },
      bytesPerSecond: world.network.bytesPerSecond,
    }
    await transport(response, delivery, carrier, (bytes) => (entry.sent += bytes))
  }

  function listener(scheme: 'http' | 'https'): RequestListener {
    return (message, response) => {
      const host = (message.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
      answer(scheme, host, message.url ?? '/', message, response).catch((error: unknown) => response.destroy(error as Error))
    }
  }

  const inside = await createInsideServers({ http: listener('http'), https: listener('https') })
  const proxy = createProxy({
    world,
    inside,
    open,
    log: tunnels,
    faultFor: (host) => {
      const fault = faultFor({ host, method: 'CONNECT', path: '' }, null)
      return fault !== null && isTunnelFault(fault) ? fault : null
    },
    plain: (url, message, response) => {
      answer('http', url.hostname, url.pathname + url.search, message, response).catch((error: unknown) => response.destroy(error as Error))
    },
  })
  const wires = new Set<Socket>()
  proxy.on('connection', (wire: Socket) => {
    wires.add(wire)
    wire.setNoDelay(true)
    wire.on('error', () => {})
    wire.once('close', () => wires.delete(wire))
  })

  const folder = await mkdtemp(join(tmpdir(), 'fake-github-'))
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, inside.certificate)
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const credentials = world.proxyCredentials === null ? '' : `${world.proxyCredentials}@`
  const proxyUrl = `http://${credentials}127.0.0.1:${(proxy.address() as AddressInfo).port}`

  async function stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => proxy.close(() => resolve()))
    for (const wire of wires) wire.destroy()
    await closed
    await rm(folder, { recursive: true, force: true })
  }
  let stopped: Promise<void> | null = null

  return {
    env: environment(proxyUrl, caFile),
    proxyUrl,
    caFile,
    world,
    requests,
    tunnels,
    unexpected: () => unexpectedIn({ requests, tunnels }),
    stop: () => (stopped ??= stop()),
  }
}
