// A tunnel's inner end becomes requests: one server without TLS, and one for each way a certificate can be.
import { type RequestListener, createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { type SecureContext, createSecureContext } from 'node:tls'
import { type Authority, createAuthority } from './certificates.ts'
import type { TunnelFault } from './faults.ts'

export type Flavour = 'good' | Extract<TunnelFault, { kind: 'tls' }>['certificate']

export interface InsideServers {
  /** PEM, of the authority that signs good certificates. */
  readonly certificate: string
  /** Takes over the inner end of a tunnel. */
  adopt(wire: Socket, flavour: Flavour | 'plain'): void
}

/** Clients decide when a connection ends: no answer is ever cut short by a server's patience. */
export const patience = { keepAliveTimeout: 120_000, requestTimeout: 0, headersTimeout: 0 }

/** The servers listen on no port: tunnels are given to them. */
export async function createInsideServers(listeners: Readonly<Record<'http' | 'https', RequestListener>>): Promise<InsideServers> {
  const [good, stranger] = await Promise.all([createAuthority('Fake GitHub'), createAuthority('Nobody Knows')])
  const plain = createHttpServer(patience, listeners.http)

  async function contextFor(flavour: Flavour, host: string): Promise<SecureContext> {
    const authority: Authority = flavour === 'unknown-ca' ? stranger : good
    return createSecureContext(await authority.leaf(flavour === 'wrong-host' ? 'elsewhere.invalid' : host, flavour === 'expired'))
  }

  const flavours: readonly Flavour[] = ['good', 'unknown-ca', 'wrong-host', 'expired']
  const servers = new Map(
    flavours.map((flavour) => {
      const server = createHttpsServer(
        {
          ...patience,
          SNICallback: (host, give) => {
            contextFor(flavour, host).then(
              (context) => give(null, context),
              (error: Error) => give(error),
            )
          },
        },
        listeners.https,
      )
      // A client that turns away from a bad certificate is what such a certificate is for.
      server.on('tlsClientError', () => {})
      return [flavour, server] as const
    }),
  )
  return {
    certificate: good.certificate,
    adopt: (wire, flavour) => void (flavour === 'plain' ? plain : servers.get(flavour))?.emit('connection', wire),
  }
}
