// Many assets, many pins and huge ones become rows: what all of them together cost.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Place, repository } from './bench-rows.ts'
import { hexDigest } from '../test/fake-github/bytes.ts'
import { fleetBytes, fleetName, fleetPins, fleetTargets, giantSize, manyUrls, megabyte } from './bench-server.ts'
import { type Row, ratio, seconds, without } from './bench-table.ts'
import { type Run, exists, peakMemory, succeed } from './timing.ts'

/** What the server saw since it was asked last. */
export interface Traffic {
  readonly api: number
  readonly assetBytes: number
}

async function prefetch(place: Place, name: string, url: string): Promise<Run> {
  const home = join(place.folder, name)
  await mkdir(home, { recursive: true })
  return succeed('nix-prefetch-url', [url], {
    env: { ...place.env, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), NIX_REMOTE: join(home, 'store') },
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

/** The least of some turns: what the machine's other work adds is not the program's. */
async function best(turns: number, work: (turn: number) => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < turns; turn++) least = Math.min(least, await work(turn))
  return least
}

/** `hash` of several assets, next to as many `nix-prefetch-url`: one after another where that is asked for, and eight at once. */
export async function hashRows(
  place: Place,
  what: keyof typeof manyUrls,
  { turns, alone }: { turns: number; alone: number | null },
): Promise<Row[]> {
  const urls = manyUrls[what]
  const names = [`hash of ${what} beside nix-prefetch-url, one by one`, `hash of ${what} beside 8 nix-prefetch-url at once`] as const
  const ours = (): Promise<number> => timed(() => succeed(process.execPath, [place.program, 'hash', ...urls], { env: place.env }))
  if (!(await exists('nix-prefetch-url'))) return [without(names[1], 'skipped', 'no nix')]
  let own = Number.POSITIVE_INFINITY
  let together = Number.POSITIVE_INFINITY
  // In turns, so that a busy moment of the machine befalls both.
  for (let turn = 0; turn < turns; turn++) {
    own = Math.min(own, await ours())
    const left = urls.map((url, index) => ({ url, name: `nix ${what} ${turn} ${index}` }))
    const worker = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await prefetch(place, next.name, next.url)
    }
    together = Math.min(together, await timed(() => Promise.all(Array.from({ length: 8 }, worker))))
  }
  const rows: Row[] = []
  if (alone !== null) {
    const sequential = await timed(async () => {
      for (const [index, url] of urls.entries()) await prefetch(place, `nix ${what} alone ${index}`, url)
    })
    rows.push(ratio(names[0], sequential / own, alone, 'at least', `${seconds(sequential)} / ${seconds(own)}`))
  }
  return [...rows, ratio(names[1], together / own, 1, 'at least', `${seconds(together)} / ${seconds(own)}`)]
}

/** Pins of several releases, some pins a release, each in a file. */
function fleetNix(count: number): Record<string, string> {
  const files: Record<string, string> = {}
  for (let index = 0; index < count; index++) {
    const target = index % fleetTargets
    const name = fleetName(Math.floor(index / fleetTargets))
    files[`${name}-${target}.nix`] = `{ fetchurl }:
let
  version = "v1.0.0";
in
fetchurl {
  url = "https://github.com/bench/${name}/releases/download/\${version}/${name}-${target}.bin";
  sha256 = "${hexDigest(fleetBytes(name, target))}";
}
`
  }
  return files
}

/** What `verify --no-download` asks of the forge. */
export async function frugalRow(place: Place, traffic: () => Promise<Traffic>): Promise<Row[]> {
  const cwd = await repository(place, 'fleet', fleetNix(fleetPins))
  await traffic()
  await succeed(process.execPath, [place.program, 'verify', '--no-download', '--quiet'], { cwd, env: place.env })
  const { api, assetBytes } = await traffic()
  const releases = Math.ceil(fleetPins / fleetTargets)
  return [
    {
      name: `verify --no-download, ${fleetPins} pins of ${releases} releases`,
      measured: `${api} requests, ${assetBytes} bytes of assets`,
      target: `${releases} requests, 0 bytes`,
      verdict: api <= releases && assetBytes === 0 ? 'ok' : 'over',
    },
  ]
}

/** How wall time and memory of `verify` grow with the pins, at 8 connections: with what the connections carry, and hardly at all. */
export async function growthRows(place: Place, { bytesPerSecond, latency }: { bytesPerSecond: number; latency: number }): Promise<Row[]> {
  const few = 8
  const many = 64
  const measured = new Map<number, { wall: number; peak: number }>()
  for (const count of [1, few, many]) {
    const cwd = await repository(place, `growth-${count}`, fleetNix(count))
    const argv = ['verify', '--quiet']
    const wall = await best(2, () => timed(() => succeed(process.execPath, [place.program, ...argv], { cwd, env: place.env })))
    measured.set(count, { wall, peak: await peakMemory(place.program, argv, { cwd, env: place.env }) })
  }
  const [one, eight, all] = [measured.get(1), measured.get(few), measured.get(many)]
  if (one === undefined || eight === undefined || all === undefined) return []
  const size = fleetBytes('', 0).generate
  // What the pins beyond the first eight take, next to eight connections that wait for nothing but their bytes and the answers to two
  // requests an asset: the redirect and the asset.
  const line = ((many - few) / few) * ((size / bytesPerSecond) * 1000 + 2 * latency)
  return [
    ratio(
      `verify of ${few} to ${many} pins beside 8 full lines`,
      (all.wall - eight.wall) / line,
      1.25,
      'at most',
      `${seconds(all.wall - eight.wall)} / ${seconds(line)}`,
    ),
    ratio(
      `peak memory of ${many} pins beside 8`,
      all.peak / eight.peak,
      1.15,
      'at most',
      `1: ${mb(one.peak)}, 8: ${mb(eight.peak)}, 64: ${mb(all.peak)}`,
    ),
  ]
}

/** What an asset of 2 GB takes beside Node alone. */
export async function giantRow(place: Place): Promise<Row[]> {
  const empty = join(place.folder, 'empty.mjs')
  const bare = await bareMemory(empty)
  const peak = await peakMemory(place.program, ['hash', 'https://github.com/bench/giant/releases/download/v1.0.0/giant.bin'], {
    env: place.env,
  })
  const above = peak - bare
  return [
    {
      name: `peak memory above bare node, ${giantSize / megabyte} MB asset`,
      measured: `${mb(above)} (${mb(peak)} − ${mb(bare)})`,
      target: '≤ 90 MB',
      verdict: above <= 90 * megabyte ? 'ok' : 'over',
    },
  ]
}

async function bareMemory(file: string): Promise<number> {
  await writeFile(file, '')
  return peakMemory(file, [])
}

const mb = (bytes: number): string => `${(bytes / megabyte).toFixed(0)} MB`
