// What a tar says of the holes of a file → the pieces that were written, and the whole file again.
import type { ByteString } from '../hash/nar.ts'
import { badArchive, shown } from './bad-archive.ts'
import type { ByteReader } from './byte-reader.ts'
import { hasHoles, longest } from './pax.ts'
import { block, numberAt } from './tar-header.ts'
import type { TarMember } from './tar-members.ts'

/** A run of bytes that were written; everything between runs is zero. */
interface Run {
  /** Where it stands in the file, in bytes. */
  readonly at: number
  readonly length: number
}

/** Of a file with holes. */
export interface Holes {
  readonly runs: readonly Run[]
  /** Of the whole file, in bytes. */
  readonly size: number
  /** How many bytes of the member's content the map took. */
  readonly read: number
}

/** The old GNU form: four pairs in the header, 21 more in each block that follows. */
export async function holesInHeader(reader: ByteReader, { header, name }: TarMember, file: string): Promise<Holes> {
  const numbers: (number | null)[] = []
  const pairs = (bytes: Buffer, start: number, count: number): void => {
    for (let at = start; at < start + count * 24 && bytes[at] !== 0; at += 24)
      numbers.push(numberAt(bytes, at, 12), numberAt(bytes, at + 12, 12))
  }
  pairs(header, 386, 4)
  for (let more = header[482] !== 0; more;) {
    const next = Buffer.from(await reader.take(block))
    if (next.length < block) throw badArchive(file, `it ends in the map of holes of ${shown(name)}`)
    pairs(next, 0, 21)
    more = next[504] !== 0
  }
  return { ...checked(numbers, numberAt(header, 483, 12), file, name), read: 0 }
}

/** The pax forms 0.0, 0.1 (map in attributes) and 1.0 (map before the data); null for a file without holes. */
export async function holesInAttributes(reader: ByteReader, { attributes, name, size }: TarMember, file: string): Promise<Holes | null> {
  const realSize = attributes.get('GNU.sparse.realsize') ?? attributes.get('GNU.sparse.size')
  const version = `${attributes.get('GNU.sparse.major') ?? '0'}.${attributes.get('GNU.sparse.minor') ?? '0'}`
  if (version === '1.0') {
    const { numbers, read } = await mapBeforeData(reader, size, file, name)
    return { ...checked(numbers, realSize === undefined ? null : Number(realSize), file, name), read }
  }
  if (!hasHoles(attributes)) return null
  const map = attributes.get('GNU.sparse.map')
  if (map === undefined || realSize === undefined) throw badArchive(file, `the map of holes of ${shown(name)} is incomplete`)
  return { ...checked(map.split(',').map(Number), Number(realSize), file, name), read: 0 }
}

/** Decimal lines, first their number of pairs, filled up to whole blocks. */
async function mapBeforeData(
  reader: ByteReader,
  size: number,
  file: string,
  name: ByteString,
): Promise<{ numbers: readonly number[]; read: number }> {
  let text = ''
  for (let read = block; read <= size && read <= longest; read += block) {
    text += Buffer.from(await reader.take(block)).toString('latin1')
    const lines = text.split('\n').slice(0, -1)
    const count = lines.length > 0 ? Number(lines[0]) : Infinity
    if (lines.length > 2 * count) return { numbers: lines.slice(1, 1 + 2 * count).map(Number), read }
  }
  throw badArchive(file, `the map of holes of ${shown(name)} does not end`)
}

function checked(numbers: readonly (number | null)[], realSize: number | null, file: string, name: ByteString): Omit<Holes, 'read'> {
  const known = numbers.filter((number) => number !== null)
  const runs = realSize === null || !Number.isSafeInteger(realSize) || known.length !== numbers.length ? null : runsOf(known, realSize)
  if (runs === null || realSize === null) throw badArchive(file, `the map of holes of ${shown(name)} is damaged`)
  return { runs, size: realSize }
}

/** Pairs of offset and length, as all three pax forms and the old GNU form have them; null where they are no such list. */
function runsOf(numbers: readonly number[], realSize: number): readonly Run[] | null {
  if (numbers.length % 2 !== 0) return null
  const runs: Run[] = []
  let end = 0
  for (let i = 0; i < numbers.length; i += 2) {
    const at = numbers[i] ?? -1
    const length = numbers[i + 1] ?? -1
    if (!Number.isSafeInteger(at) || !Number.isSafeInteger(length) || length < 0 || at < end || at + length > realSize) return null
    end = at + length
    if (length > 0) runs.push({ at, length })
  }
  return runs
}

const zeros = new Uint8Array(1 << 16)

/** The whole file: runs one after the other from `written`, zeros between them and up to `size`. `written(from, length)` counts in written bytes. */
export async function* fillHoles(
  runs: readonly Run[],
  size: number,
  written: (from: number, length: number) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0
  let from = 0
  for (const run of [...runs, { at: size, length: 0 }]) {
    for (; at < run.at; at += Math.min(zeros.length, run.at - at)) yield zeros.subarray(0, run.at - at)
    yield* written(from, run.length)
    from += run.length
    at += run.length
  }
}
