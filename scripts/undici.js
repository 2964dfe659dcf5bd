// undici → the part of it that pinhash uses. The bundle has this in its place: all of it takes three times as long to load and twice the memory.
import connectApi from 'undici/lib/api/api-connect.js'
import requestApi from 'undici/lib/api/api-request.js'
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js'

export { default as buildConnector } from 'undici/lib/core/connect.js'
export { default as Agent } from 'undici/lib/dispatcher/agent.js'
export { default as Pool } from 'undici/lib/dispatcher/pool.js'
export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js'

// The proxy's agent opens its tunnels by `connect`.
Object.assign(Dispatcher.prototype, { connect: connectApi, request: requestApi })

/** As undici's own `request`, of a URL object and with a dispatcher given. */
export async function request({ origin, pathname, search }, { dispatcher, ...options }) {
  return dispatcher.request({ ...options, method: 'GET', origin, path: `${pathname}${search}` })
}
