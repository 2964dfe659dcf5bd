// Bytes → their XXH64 with seed 0, which zstd frames carry as their checksum.

const mask = 0xffff_ffff_ffff_ffffn
const prime1 = 0x9e3779b185ebca87n
const prime2 = 0xc2b2ae3d27d4eb4fn
const prime3 = 0x165667b19e3779f9n
const prime4 = 0x85ebca77c2b2ae63n
const prime5 = 0x27d4eb2f165667c5n

const stripe = 32

/** Takes bytes in pieces of any length. */
export class Xxh64 {
  /** Four sums of 64 bits, low half first. */
  readonly #sums = new Int32Array(8)
  /** The beginning of a stripe whose end has not come. */
  readonly #rest = new Uint8Array(stripe)
  #held = 0
  #total = 0

  constructor() {
    for (const [i, value] of [prime1 + prime2, prime2, 0n, -prime1].entries()) {
      this.#sums[2 * i] = Number(BigInt.asIntN(32, value))
      this.#sums[2 * i + 1] = Number(BigInt.asIntN(32, value >> 32n))
    }
  }

  update(bytes: Uint8Array): void {
    this.#total += bytes.length
    let at = 0
    if (this.#held > 0) {
      at = Math.min(stripe - this.#held, bytes.length)
      this.#rest.set(bytes.subarray(0, at), this.#held)
      this.#held += at
      if (this.#held < stripe) return
      consume(this.#sums, this.#rest, 0, stripe)
      this.#held = 0
    }
    const end = bytes.length - ((bytes.length - at) % stripe)
    consume(this.#sums, bytes, at, end)
    this.#rest.set(bytes.subarray(end))
    this.#held = bytes.length - end
  }

  /** Of all bytes so far. */
  digest(): bigint {
    let hash = prime5
    if (this.#total >= stripe) {
      const sums = [0, 1, 2, 3].map((i) => (BigInt(this.#sums[2 * i + 1]! >>> 0) << 32n) | BigInt(this.#sums[2 * i]! >>> 0))
      hash = sums.reduce((all, sum, i) => all + turn(sum, [1n, 7n, 12n, 18n][i]!), 0n)
      for (const sum of sums) hash = (hash ^ round(sum)) * prime1 + prime4
    }
    hash = (hash + BigInt(this.#total)) & mask
    const rest = new DataView(this.#rest.buffer, 0, this.#held)
    let at = 0
    for (; at + 8 <= this.#held; at += 8) hash = (turn(hash ^ round(rest.getBigUint64(at, true)), 27n) * prime1 + prime4) & mask
    for (; at + 4 <= this.#held; at += 4)
      hash = (turn(hash ^ ((BigInt(rest.getUint32(at, true)) * prime1) & mask), 23n) * prime2 + prime3) & mask
    for (; at < this.#held; at++) hash = (turn(hash ^ ((BigInt(rest.getUint8(at)) * prime5) & mask), 11n) * prime1) & mask
    hash = ((hash ^ (hash >> 33n)) * prime2) & mask
    hash = ((hash ^ (hash >> 29n)) * prime3) & mask
    return hash ^ (hash >> 32n)
  }
}

const turn = (value: bigint, by: bigint): bigint => {
  const word = value & mask
  return ((word << by) | (word >> (64n - by))) & mask
}

const round = (lane: bigint): bigint => (turn(lane * prime2, 31n) * prime1) & mask

/** Whole stripes. In halves of 32 bits: 64-bit integers of their own are many times slower. */
function consume(sums: Int32Array, bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at += 8) {
    const lane = ((at - start) >>> 2) & 6
    const inLow = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    const inHigh = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24)
    // sum += input * prime2
    let low = Math.imul(inLow, 0x27d4eb4f)
    let high = upper(inLow, 0xeb4f, 0x27d4) + Math.imul(inHigh, 0x27d4eb4f) + Math.imul(inLow, 0xc2b2ae3d)
    const sum = (low >>> 0) + (sums[lane]! >>> 0)
    high = (high + sums[lane + 1]! + (sum > 0xffffffff ? 1 : 0)) | 0
    low = sum | 0
    // sum = turn(sum, 31) * prime1
    const turnedLow = (low << 31) | (high >>> 1)
    const turnedHigh = (high << 31) | (low >>> 1)
    sums[lane] = Math.imul(turnedLow, 0x85ebca87)
    sums[lane + 1] = upper(turnedLow, 0xca87, 0x85eb) + Math.imul(turnedHigh, 0x85ebca87) + Math.imul(turnedLow, 0x9e3779b1)
  }
}

/** The upper half of an unsigned product of 32 by 32 bits; the second factor comes in halves. */
function upper(a: number, low: number, high: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const middle = (Math.imul(aHigh, low) >>> 0) + (Math.imul(aLow, low) >>> 16)
  const other = (Math.imul(aLow, high) >>> 0) + (middle & 0xffff)
  return (Math.imul(aHigh, high) >>> 0) + (middle >>> 16) + (other >>> 16)
}
