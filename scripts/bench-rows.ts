// Commands become rows: what the program costs, next to the tools it stands in for.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hugeSize, megabyte, targets } from './bench-server.ts'
import { type Row, ratio, seconds, without } from './bench-table.ts'
import { exists, median, peakMemory, raceTimes, succeed } from './timing.ts'

export interface Place {
  /** The built program. */
  readonly program: string
  /** Where files may be put; everything in it is removed at the end. */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}

const systems = { x86_64: 'x86_64-linux', arm: 'aarch64-darwin', intel: 'x86_64-darwin' }
const oldHash = '0000000000000000000000000000000000000000000000000001'

const toolNix = `{ fetchurl, system }:
let
  version = "v1.0.0";
  target = {
    ${systems.x86_64} = "${targets[0]}";
    ${systems.arm} = "${targets[1]}";
    ${systems.intel} = "${targets[2]}";
  }.\${system};
in
fetchurl {
  url = "https://github.com/bench/tool/releases/download/\${version}/tool_\${version}_\${target}.tar.gz";
  sha256 = {
    ${systems.x86_64} = "${oldHash}";
    ${systems.arm} = "${oldHash.replace('1', '2')}";
    ${systems.intel} = "${oldHash.replace('1', '3')}";
  }.\${system};
}
`
const hugeNix = `{ fetchurl }:
let
  version = "v1.0.0";
in
fetchurl {
  url = "https://github.com/bench/huge/releases/download/\${version}/huge_\${version}.bin";
  sha256 = "${oldHash}";
}
`

/** A folder with these files. */
export async function repository(place: Place, name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(place.folder, name)
  await mkdir(folder, { recursive: true })
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
  return folder
}

/** An update of three systems, next to `nix-prefetch-url` for one after the other, and to `curl` for the slowest one. */
export async function updateRows(place: Place): Promise<Row[]> {
  const against = ['update beside nix-prefetch-url, 3 × 20 MB', 'update beside curl of one asset, 20 MB'] as const
  const urls = targets.map((target) => `https://github.com/bench/tool/releases/download/v2.0.0/tool_v2.0.0_${target}.tar.gz`)
  const hasCurl = await exists('curl')
  const times: number[] = []
  const slowest: number[] = []
  // In turns, and the least of each: what the machine does besides only ever adds.
  for (let turn = 0; turn < 5; turn++) {
    const cwd = await repository(place, `tool-${turn}`, { 'tool.nix': toolNix })
    times.push((await succeed(process.execPath, [place.program, 'update', 'tool', 'v2.0.0'], { cwd, env: place.env })).milliseconds)
    const url = urls[turn % urls.length] ?? ''
    const argv = ['--silent', '--show-error', '--fail', '--location', '--output', '/dev/null', url]
    if (hasCurl) slowest.push((await succeed('curl', argv, { env: place.env })).milliseconds)
  }
  const update = Math.min(...times)
  const rows: Row[] = []

  if (await exists('nix-prefetch-url')) {
    let nix = 0
    for (const [index, url] of urls.entries()) {
      const home = join(place.folder, `nix-${index}`)
      const env = { ...place.env, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), NIX_REMOTE: join(home, 'store') }
      await mkdir(home)
      nix += (await succeed('nix-prefetch-url', [url], { env })).milliseconds
    }
    rows.push(ratio(against[0], nix / update, 2.5, 'at least', `${seconds(nix)} / ${seconds(update)}`))
  } else rows.push(without(against[0], 'skipped', 'no nix'))

  const curl = Math.min(...slowest)
  if (hasCurl) rows.push(ratio(against[1], update / curl, 1.2, 'at most', `${seconds(update)} / ${seconds(curl)}`))
  else rows.push(without(against[1], 'skipped', 'no curl'))
  return rows
}

/** What starting costs, next to Node alone. */
export async function startRow(place: Place, name: string, argv: readonly string[], target: number): Promise<Row[]> {
  const cwd = await repository(place, 'one-file', { 'tool.nix': toolNix })
  const options = { cwd, env: place.env }
  const { node = Number.NaN, own = Number.NaN } = await raceTimes(15, {
    node: [process.execPath, ['-e', '0'], options],
    own: [process.execPath, [place.program, ...argv], options],
  })
  return [ratio(`${name} beside node -e 0`, own / node, target, 'at most', `${own.toFixed(0)} ms / ${node.toFixed(0)} ms`)]
}

/** What an asset that does not fit into memory costs. */
export async function memoryRow(place: Place): Promise<Row[]> {
  const cwd = await repository(place, 'huge', { 'huge.nix': hugeNix })
  const begin = performance.now()
  const peak = await peakMemory(place.program, ['update', 'huge', 'v2.0.0'], { cwd, env: place.env })
  const speed = hugeSize / megabyte / ((performance.now() - begin) / 1000)
  const measured = `${(peak / megabyte).toFixed(0)} MB (${speed.toFixed(0)} MB/s)`
  return [
    { name: `peak memory, ${hugeSize / megabyte} MB asset`, measured, target: '≤ 130 MB', verdict: peak <= 130 * megabyte ? 'ok' : 'over' },
  ]
}

/** Nix as people write it, `size` characters of it or a little more. */
function generatedNix(size: number): string {
  const parts = ['{ pkgs, lib, ... }:\n{\n']
  for (let index = 0, length = 0; length < size; index++) {
    const body = toolNix.replace('{ fetchurl, system }:\n', '').replaceAll('tool', `tool${index}`).replaceAll('\n', '\n  ').trimEnd()
    const part = `  # Tool number ${index}\n  tool${index} = { fetchurl, system }:\n  ${body};\n`
    parts.push(part)
    length += part.length
  }
  return [...parts, '}\n'].join('')
}

export async function parserRow(): Promise<Row[]> {
  const { parse } = (await import(new URL('../../dist/index.js', import.meta.url).href)) as { parse: (text: string) => unknown }
  const text = generatedNix(megabyte)
  const speeds: number[] = []
  for (let turn = 0; turn < 8; turn++) {
    const begin = performance.now()
    parse(text)
    if (turn >= 3) speeds.push(text.length / megabyte / ((performance.now() - begin) / 1000))
  }
  return [{ name: 'parser, generated Nix', measured: `${median(speeds).toFixed(1)} MB/s`, target: '', verdict: '' }]
}

/** A module as most files of a configuration are: nothing is fetched in it. */
function moduleNix(index: number): string {
  const name = `program${index}`
  const option = (each: string): string => `    ${each} = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "some ${each}";
      description = ''
        What ${name} is told about its ${each}. See the manual of ${name} for what it may be.
      '';
    };
`
  return `{ config, lib, pkgs, ... }:
let
  cfg = config.programs.${name};
  settings = lib.filterAttrs (_: value: value != null) { inherit (cfg) theme editor locale; };
in
{
  options.programs.${name} = {
    enable = lib.mkEnableOption "${name}";
${['theme', 'editor', 'locale'].map(option).join('')}  };
  config = lib.mkIf cfg.enable {
    home.packages = [ pkgs.${name} ];
    xdg.configFile."${name}/config".text = lib.concatStringsSep "\\n" (lib.mapAttrsToList (key: value: "\${key} = \${value}") settings);
  };
}
`
}

/** A large configuration: 3,500 files, of which every hundredth is a tool; next to Nix, which parses them. */
export async function listRow(place: Place): Promise<Row[]> {
  const name = 'list of 3,500 files beside nix-instantiate --parse'
  const files: Record<string, string> = {}
  for (let index = 0; index < 3500; index++)
    files[`part${index % 60}/file${index}.nix`] = index % 100 === 0 ? toolNix.replaceAll('tool', `tool${index}`) : moduleNix(index)
  for (let part = 0; part < 60; part++) await mkdir(join(place.folder, 'large', `part${part}`), { recursive: true })
  const cwd = await repository(place, 'large', files)
  const options = { cwd, env: place.env }
  const peak = await peakMemory(place.program, ['list'], options)
  const size = Object.values(files).reduce((sum, text) => sum + text.length, 0)
  const memory = `${(size / megabyte).toFixed(1)} MB of text, peak ${(peak / megabyte).toFixed(0)} MB`
  if (!(await exists('nix-instantiate'))) return [without(name, 'skipped', `nix-instantiate is not there (${memory})`)]
  const { nix = Number.NaN, own = Number.NaN } = await raceTimes(7, {
    nix: ['nix-instantiate', ['--parse', ...Object.keys(files)], options],
    own: [process.execPath, [place.program, 'list'], options],
  })
  return [ratio(name, own / nix, 1, 'at most', `${own.toFixed(0)} ms / ${nix.toFixed(0)} ms, ${memory}`)]
}
