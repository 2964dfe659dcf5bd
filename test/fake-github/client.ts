// A URL becomes what the fake really sends for it: a plain client for the fake's own tests.
import { readFileSync } from 'node:fs'
import { ProxyAgent, request } from 'undici'
import type { Fake } from './fake-github.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- the tests look into JSON of any shape
  readonly json: any
}

export interface Client {
  /** One request; redirects are not followed. Rejects when the connection breaks. */
  get(url: string, options?: { headers?: Record<string, string>; method?: 'GET' | 'HEAD' | 'POST'; signal?: AbortSignal }): Promise<Answer>
  /** Follows redirects, and leaves all credentials behind at the first. */
  follow(url: string, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

export const usual = { 'user-agent': 'test', accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }

/** `connections` limits how many there are to each host. */
export function createClient(fake: Fake, options: { connections?: number } = {}): Client {
  const { username, password, origin } = new URL(fake.proxyUrl)
  const token = username === '' ? {} : { token: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
  const dispatcher = new ProxyAgent({
    ...options,
    uri: origin,
    ...token,
    requestTls: { ca: readFileSync(fake.caFile, 'utf8') },
    proxyTunnel: true,
  })

  const get: Client['get'] = async (url, { headers = usual, method = 'GET', signal } = {}) => {
    // A copy: the proxy agent writes the host into the headers that it is given.
    const answer = await request(url, { dispatcher, method, headers: { ...headers }, ...(signal === undefined ? {} : { signal }) })
    const body = Buffer.from(await answer.body.arrayBuffer())
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
      body,
      text: body.toString('utf8'),
      get json() {
        return JSON.parse(body.toString('utf8'))
      },
    }
  }
  return {
    get,
    async follow(url, headers = {}) {
      let answer = await get(url, { headers })
      for (let hops = 0; hops < 5 && answer.status >= 301 && answer.status <= 308; hops++) {
        answer = await get(new URL(answer.headers['location'] ?? '', url).href, { headers: { 'user-agent': 'test' } })
      }
      return answer
    },
    close: () => dispatcher.destroy(),
  }
}
