// A web server of the test's own on a free port: every request is kept, every answer is the test's.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Seen {
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

export interface TestServer {
  readonly origin: string
  readonly host: string
  readonly seen: Seen[]
  readonly server: Server
  close(): Promise<void>
}

/** Starts it; with `tls` it speaks HTTPS. */
export async function serve(listener: RequestListener, tls?: ServerOptions): Promise<TestServer> {
  const seen: Seen[] = []
  const handle: RequestListener = (request, response) => {
    seen.push({ path: request.url ?? '', headers: request.headers })
    listener(request, response)
  }
  const server = tls === undefined ? createServer(handle) : createSecureServer(tls, handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    seen,
    server,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
