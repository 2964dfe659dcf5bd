// A request to the proxy becomes a tunnel, a forwarded plain request, or a refusal.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { Socket } from 'node:net'
import type { TunnelFault } from './faults.ts'
import { isKnownHost } from './handle.ts'
import { type InsideServers, patience } from './inside-servers.ts'
import type { LoggedTunnel } from './log.ts'
import { type Bucket, pause } from './shape.ts'
import type { World } from './world.ts'

/** The client's end of a tunnel. */
export interface Tunnel {
  readonly host: string
  readonly wire: Socket
  readonly bucket: Bucket
}

export interface ProxyParts {
  readonly world: World
  readonly inside: InsideServers
  readonly faultFor: (host: string) => TunnelFault | null
  readonly log: LoggedTunnel[]
  /** Open tunnels by the client's port: what arrives inside TLS has another socket object, but the same port. */
  readonly open: Map<number, Tunnel>
  /** Answers a plain request that was sent to the proxy itself. */
  readonly plain: (url: URL, message: IncomingMessage, response: ServerResponse) => void
}

function isAuthorized(world: World, message: IncomingMessage): boolean {
  if (world.proxyCredentials === null) return true
  return message.headers['proxy-authorization'] === `Basic ${Buffer.from(world.proxyCredentials).toString('base64')}`
}

const reasons: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  407: 'Proxy Authentication Required',
  502: 'Bad Gateway',
}
const challenge = 'Basic realm="fake"'

async function openTunnel(parts: ProxyParts, message: IncomingMessage, wire: Socket, head: Buffer): Promise<void> {
  const { world, inside, log, open } = parts
  const [host = '', port = ''] = (message.url ?? '').toLowerCase().split(':')
  const fault = parts.faultFor(host)
  const note = (status: number): number => log.push({ host, port: Number(port), status, fault: fault?.kind ?? null })
  const refuse = (status: number): void => {
    note(status)
    const authenticate = status === 407 ? `Proxy-Authenticate: ${challenge}\r\n` : ''
    wire.end(`HTTP/1.1 ${status} ${reasons[status] ?? 'Refused'}\r\n${authenticate}Content-Length: 0\r\nConnection: close\r\n\r\n`)
  }
  if (fault?.kind === 'hang') return void note(0)
  if (fault?.kind === 'proxy') return refuse(fault.status)
  if (fault?.kind === 'dns') return refuse(502)
  if (!isAuthorized(world, message)) return refuse(407)
  if (!isKnownHost(world, host) || (port !== '443' && port !== '80')) return refuse(403)

  await pause(world.network.latency)
  const clientPort = wire.remotePort
  if (wire.destroyed || clientPort === undefined) return
  note(200)
  open.set(clientPort, { host, wire, bucket: { busyUntil: 0 } })
  wire.once('close', () => open.delete(clientPort))
  wire.write('HTTP/1.1 200 Connection Established\r\n\r\n')
  if (head.length > 0) wire.unshift(head)
  inside.adopt(wire, port === '80' ? 'plain' : (fault?.certificate ?? 'good'))
}

/** An HTTP proxy as companies have them, save that it knows one world and nothing else. The caller listens and closes. */
export function createProxy(parts: ProxyParts): Server {
  const proxy = createServer(patience)
  proxy.on('connect', (message: IncomingMessage, wire: Socket, head: Buffer) => {
    openTunnel(parts, message, wire, head).catch(() => wire.destroy())
  })
  proxy.on('request', (message: IncomingMessage, response: ServerResponse) => {
    const refuse = (status: number, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-length': '0', ...headers }).end()
    }
    if (!/^http:\/\//i.test(message.url ?? '')) return refuse(400)
    const url = new URL(message.url ?? '')
    if (!isAuthorized(parts.world, message)) return refuse(407, { 'proxy-authenticate': challenge })
    if (isKnownHost(parts.world, url.hostname)) return parts.plain(url, message, response)
    parts.log.push({ host: url.hostname, port: Number(url.port || 80), status: 502, fault: null })
    return refuse(502)
  })
  return proxy
}
