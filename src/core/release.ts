// What a forge says about a release: data only.
import type { Digest } from './digest.ts'

/** A repository on a forge: `https://{server}/{org}/{name}`. */
export interface Repository {
  /** Host of the web server, `github.com` unless an enterprise server is meant. */
  readonly server: string
  readonly org: string
  readonly name: string
}

/** One file of a release. */
export interface Asset {
  readonly name: string
  /** Where browsers and Nix fetch it. */
  readonly url: string
  /** The API's address of it; answers bytes to `Accept: application/octet-stream`, for private repositories the only way. */
  readonly apiUrl: string
  /** `uploaded`, or another word for a broken upload. */
  readonly state: string
  /** Bytes. */
  readonly size: number
  /** sha256 of the bytes served, where the forge computed one (uploads since 2025-06). */
  readonly digest: Digest | null
  /** There is a digest, in a form that is not known. */
  readonly oddDigest?: true
  /** ISO 8601, as sent. */
  readonly updatedAt: string | null
}

/** One release with all its assets. */
export interface Release {
  readonly tag: string
  readonly draft: boolean
  readonly prerelease: boolean
  readonly immutable: boolean
  /** ISO 8601, as sent; null for drafts. */
  readonly publishedAt: string | null
  readonly assets: readonly Asset[]
}
