// Addresses that will soon be fetched from → connections that are open by then, each handed to the first request that needs one.
import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'

type Connect = buildConnector.connector

/** As many at most are opened in a run. */
const most = 8

/** Connections made ahead. They are a courtesy: one that fails, or that the server closes meanwhile, is made again when it is needed, and that one says why. */
export class EarlyConnections {
  readonly #waiting = new Map<string, Promise<Socket | null>[]>()
  readonly #wishes: URL[] = []
  #connect: Connect | null = null
  #opened = 0

  /** The same connector, which hands out what waits before it connects. */
  around(connect: Connect): Connect {
    const connected = async (options: buildConnector.Options, callback: buildConnector.Callback): Promise<void> => {
      const socket = await this.#waiting.get(keyOf(options))?.shift()
      if (socket?.destroyed === false) callback(null, socket.off('error', ignore))
      else {
        connect(options, (...result) => {
          callback(...result)
          const wishes = this.#wishes.splice(0)
          // Where that one fails, so would these.
          if (result[0] !== null) return
          this.#connect = connect
          for (const url of wishes) this.open(url)
        })
      }
    }
    return (options, callback) => void connected(options, callback)
  }

  /** Opens one; where nothing is connected yet, after the first that is, which shall not wait for it. */
  open(url: URL): void {
    const connect = this.#connect
    if (connect === null) this.#wishes.push(url)
    else if (this.#opened++ < most) {
      const { host, hostname, port, protocol } = url
      const opened = new Promise<Socket | null>((resolve) => {
        connect({ host, hostname, port, protocol }, (error, socket) => resolve(error === null ? socket.on('error', ignore) : null))
      })
      this.#waiting.set(keyOf(url), [...(this.#waiting.get(keyOf(url)) ?? []), opened])
    }
  }

  /** Drops those that wait. */
  close(): void {
    const waiting = [...this.#waiting.values()].flat()
    this.#waiting.clear()
    for (const opened of waiting) void opened.then((socket) => socket?.destroy())
  }
}

const keyOf = ({ protocol, host }: Pick<buildConnector.Options, 'protocol' | 'host'>): string => `${protocol}//${host ?? ''}`

function ignore(): void {}
