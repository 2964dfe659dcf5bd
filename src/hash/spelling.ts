// Text ↔ digest: the spellings that Nix reads, each written back the way it was found.
import { digestSize } from '../core/digest.ts'
import type { Algorithm, Digest } from '../core/digest.ts'
import type { SpellingName } from '../core/report.ts'
import { fromBase64, fromHex, toBase64, toHex } from './base64.ts'
import { fromNix32, nix32Length, toNix32 } from './nix32.ts'

/** How a digest stands in a file, in enough detail to write another one in its place. */
export interface Spelling {
  readonly name: SpellingName
  /** Whether `sha256:` (or another algorithm and a colon) stands before it; never so for `sri`. */
  readonly prefixed: boolean
  /** Only `false` on an `sri` whose `=` were left out. */
  readonly padded?: false
  /** Only `true` on a `hex` whose letters are all upper case. */
  readonly upper?: true
}

/** What a text says, or one sentence on what is wrong with it and what was expected. */
export type ParsedDigest =
  | { readonly ok: true; readonly digest: Digest; readonly spelling: Spelling }
  | { readonly ok: false; readonly message: string }

const algorithms: readonly Algorithm[] = ['md5', 'sha1', 'sha256', 'sha512']

/**
 * Reads a hash as Nix does. The spelling follows from the length, as in Nix: hex in either case, nix32 in lower case only, base64 padded;
 * each may have a prefix `sha256:`. `sha256-` begins an SRI hash, whose padding may be left out.
 *
 * The algorithm is the prefix's, which must agree with the hint; else the hint; else the only one whose hash has this length. Of all lengths one is
 * ambiguous, 32 (md5 in hex, sha1 in nix32): decided by characters that only one of the two has, otherwise refused.
 *
 * Unused low bits of a last base64 character are ignored, as Nix ignores them; they are written back as zero. What Nix skips by accident
 * (line breaks inside base64, anything after the padding) is refused. Never throws.
 */
export function parseDigest(text: string, hint: { readonly algorithm?: Algorithm } = {}): ParsedDigest {
  const separator = /^([A-Za-z0-9]*)([:-])/.exec(text)
  if (separator === null) {
    const algorithm = hint.algorithm ?? algorithmByLength(text)
    return typeof algorithm === 'string' ? parseBody(text, text, algorithm, false) : wrong(text, algorithm.message)
  }
  const [prefix, word, mark] = separator
  const algorithm = algorithms.find((name) => name === word)
  if (algorithm === undefined) return wrong(text, `${JSON.stringify(word)} is not one of md5, sha1, sha256, sha512`)
  if (hint.algorithm !== undefined && hint.algorithm !== algorithm)
    return wrong(text, `it is a ${algorithm} hash where ${hint.algorithm} is expected`)
  const rest = text.slice(prefix.length)
  return mark === '-' ? parseSri(text, rest, algorithm) : parseBody(text, rest, algorithm, true)
}

/** The digest as text: in a spelling as it was found, or plainly in the spelling of that name. `parseDigest` of it gives both back. */
export function printDigest(digest: Digest, spelling: Spelling | SpellingName): string {
  const { name, prefixed, padded, upper }: Spelling = typeof spelling === 'string' ? { name: spelling, prefixed: false } : spelling
  const { algorithm, bytes } = digest
  if (name === 'sri') return `${algorithm}-${padded === false ? toBase64(bytes).replace(/=+$/, '') : toBase64(bytes)}`
  const body = name === 'nix32' ? toNix32(bytes) : name === 'hex' ? toHex(bytes) : toBase64(bytes)
  return (prefixed ? `${algorithm}:` : '') + (name === 'hex' && upper === true ? body.toUpperCase() : body)
}

/**
 * Whether a text stands where a hash shall come: empty, nothing after the algorithm, or zero in any spelling, which covers nixpkgs'
 * `lib.fakeHash`, `lib.fakeSha256` and `lib.fakeSha512` and a row of zeros of a wrong length.
 */
export function isPlaceholder(text: string): boolean {
  if (/^(?:(?:md5|sha1|sha256|sha512)[:-])?0*$/.test(text)) return true
  const parsed = parseDigest(text)
  return parsed.ok && parsed.digest.bytes.every((byte) => byte === 0)
}

function wrong(text: string, why: string): ParsedDigest {
  const shown = text.length > 140 ? `${text.slice(0, 140)}…` : text
  return { ok: false, message: `${JSON.stringify(shown)} is not a hash: ${why}` }
}

function lengths(algorithm: Algorithm): { readonly hex: number; readonly nix32: number; readonly base64: number } {
  const size = digestSize[algorithm]
  return { hex: size * 2, nix32: nix32Length(size), base64: Math.ceil(size / 3) * 4 }
}

function describeLengths(algorithm: Algorithm): string {
  const { hex, nix32, base64 } = lengths(algorithm)
  return `${algorithm} has ${hex} in hex, ${nix32} in nix32, ${base64} in base64`
}

function algorithmByLength(text: string): Algorithm | { readonly message: string } {
  if (text.length === 32) {
    if (/^[0-9a-f]*$/i.test(text) && /[eA-F]/.test(text)) return 'md5'
    if (/^[0-9a-df-np-sv-z]*$/.test(text) && /[g-z]/.test(text)) return 'sha1'
    return { message: '32 characters can be md5 in hex or sha1 in nix32; put md5: or sha1: before it' }
  }
  const found = algorithms.find((name) => Object.values(lengths(name)).includes(text.length))
  return found ?? { message: `no hash has ${text.length} characters; ${describeLengths('sha256')}` }
}

function parseBody(text: string, body: string, algorithm: Algorithm, prefixed: boolean): ParsedDigest {
  const { hex, nix32, base64 } = lengths(algorithm)
  const found = (bytes: Uint8Array, spelling: Spelling): ParsedDigest => ({ ok: true, digest: { algorithm, bytes }, spelling })
  if (body.length === hex) {
    const bad = /[^0-9a-f]/iu.exec(body)
    if (bad !== null) return wrong(text, `${JSON.stringify(bad[0])} at character ${place(text, body, bad.index)} is not a hex digit`)
    const upper = /[A-F]/.test(body) && !/[a-f]/.test(body)
    return found(fromHex(body), upper ? { name: 'hex', prefixed, upper } : { name: 'hex', prefixed })
  }
  if (body.length === nix32) {
    const bytes = fromNix32(body, digestSize[algorithm], text.length - body.length)
    return bytes instanceof Uint8Array ? found(bytes, { name: 'nix32', prefixed }) : wrong(text, bytes.message)
  }
  if (body.length === base64) {
    const bytes = readBase64(text, body, digestSize[algorithm])
    return bytes instanceof Uint8Array ? found(bytes, { name: 'base64', prefixed }) : bytes
  }
  return wrong(
    text,
    `${prefixed ? `${body.length} characters follow the prefix` : `it has ${body.length} characters`}; ${describeLengths(algorithm)}`,
  )
}

function parseSri(text: string, body: string, algorithm: Algorithm): ParsedDigest {
  const size = digestSize[algorithm]
  const digits = Math.ceil((size * 4) / 3)
  const padded = body.length === lengths(algorithm).base64
  if (!padded && body.length !== digits) {
    return wrong(text, `${body.length} characters follow ${algorithm}- where base64 of ${size} bytes has ${lengths(algorithm).base64}`)
  }
  const bytes = readBase64(text, padded ? body : body + '='.repeat(lengths(algorithm).base64 - digits), size)
  if (!(bytes instanceof Uint8Array)) return bytes
  return {
    ok: true,
    digest: { algorithm, bytes },
    spelling: padded ? { name: 'sri', prefixed: false } : { name: 'sri', prefixed: false, padded: false },
  }
}

/** `body` has the padded length; its end must be exactly the padding that `size` needs. */
function readBase64(text: string, body: string, size: number): Uint8Array | ParsedDigest {
  const digits = Math.ceil((size * 4) / 3)
  const bad = /[^A-Za-z0-9+/]/u.exec(body.slice(0, digits))
  if (bad !== null) return wrong(text, `${JSON.stringify(bad[0])} at character ${place(text, body, bad.index)} is not a base64 digit`)
  const padding = '='.repeat(body.length - digits)
  if (body.slice(digits) !== padding) return wrong(text, `base64 of ${size} bytes ends in ${JSON.stringify(padding)}`)
  return fromBase64(body.slice(0, digits))
}

/** 1-based place in `text` of an offset into `body`, its end. */
function place(text: string, body: string, index: number): number {
  return text.length - body.length + index + 1
}
