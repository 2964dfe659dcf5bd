// What every workflow is given: ports, limits and what was selected.
import type { SpellingName } from '../core/report.ts'
import type { System } from '../core/system.ts'
import type { AttestationMode } from '../pin/attestation-mode.ts'
import type { Attestations, Commands, Downloads, Files, Forge, Past, Progress, WorkTree } from './ports.ts'

export interface Context {
  readonly files: Files
  readonly forge: Forge
  readonly downloads: Downloads
  /** Needed where attestations are asked for. */
  readonly attestations?: Attestations
  /** Needed where commits are asked for. */
  readonly workTree?: WorkTree
  /** Needed where a command is to be run. */
  readonly commands?: Commands
  readonly progress: Progress
  /** How many downloads run at once, over all pins. */
  readonly jobs: number
  /** Aborted when the user interrupts: nothing is written after that. */
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * The files at the merge base of HEAD and a revision, null being the usual one; needed where it is asked what changed. Throws AbsentError `no-revision` or
   * InputError `no-base`.
   */
  past?(base: string | null): Promise<Past>
}

/** Which pins a command is about. */
export interface Selection {
  /** `--file`: globs relative to the root; null means all files. */
  readonly globs: readonly string[] | null
  /** `--system`: null means every system a pin has. */
  readonly systems: readonly System[] | null
  /** What was asked for, in order; empty means every pin. */
  readonly pins: readonly PinRequest[]
}

/** One PIN argument. */
export interface PinRequest {
  /** A pin's name, `org/name`, or a file that holds pins. */
  readonly pin: string
  /** The tag it shall get; null means the newest that fits. Always null where a command takes none. */
  readonly tag: string | null
}

export interface UpdateOptions {
  readonly dryRun: boolean
  /** false: take the forge's digest or a checksum file instead of the bytes. */
  readonly download: boolean
  readonly allowDowngrade: boolean
  /** Whether a URL of the pin in a comment is brought along with the version. */
  readonly comments: boolean
  /** How hashes are to be written; null or absent: as they are. */
  readonly spelling?: SpellingName | null
  /** Repin an asset whose bytes changed under the same version. */
  readonly acceptDrift?: boolean
  /** As of OutdatedOptions. */
  readonly minAge?: number | null
  readonly prereleases?: boolean
  /** As of VerifyOptions. */
  readonly attestation?: AttestationMode
  /** Commit each updated pin by itself; `message` is a template that goes before the one of pinhash.json. null or absent: commit nothing. */
  readonly commit?: { readonly message: string | null } | null
  /** A program and its arguments, run after each updated pin is written; where it fails the pin is put back. null or absent: none. */
  readonly each?: readonly string[] | null
}

export interface OutdatedOptions {
  /** Milliseconds that a release must have been left alone before it fits, for pins that say nothing of their own; null: none. */
  readonly minAge: number | null
  /** Whether prereleases fit for every pin. */
  readonly prereleases: boolean
}

export interface VerifyOptions {
  readonly download: boolean
  /** For pins that say nothing of their own; off unless given. */
  readonly attestation?: AttestationMode
  /** Only the pins that differ from what stands at a revision, null being the usual one; absent: all. */
  readonly changed?: { readonly base: string | null }
  /** Of what is left, only the part of one machine; absent: all. */
  readonly shard?: Shard
}

/** One of several machines that share the work. */
export interface Shard {
  /** From 1 to `of`. */
  readonly number: number
  readonly of: number
  /** What the parts have equally much of: bytes as the releases state them, or downloads, for which nothing has to be asked. */
  readonly by: 'size' | 'downloads'
}
