// What commands report: plain data that text, JSON and every other form are functions of.
// schema/report.schema.json describes the same; fields are only ever added.
import type { AbsentCode, InputCode, NetworkCode } from './errors.ts'
import type { Repository } from './release.ts'
import type { System } from './system.ts'

/** How a digest is written in a file. */
export type SpellingName = 'nix32' | 'hex' | 'base64' | 'sri'

/**
 * One independent reason to believe a digest: `bytes`, `digest` (the forge's), `immutable` (the forge lets nobody alter the release), `attestation` (signed, of the
 * build or the release; only where it is asked for), the name of a checksum file, or `checksums` where none is meant in particular.
 */
export type EvidenceName = string

/** Why a pin did not get what was asked for it. */
export type ReasonCode =
  | InputCode
  | AbsentCode
  | NetworkCode
  | 'hash-differs'
  | 'placeholder-hash'
  | 'evidence-disagrees'
  | 'no-evidence'
  | 'no-attestation'
  | 'bad-attestation'
  | 'unchecked-attestation'
  | 'broken-asset'
  | 'downgrade'
  | 'doubt'
  | 'not-editable'
  | 'not-proven'
  | 'held'
  | 'ignored'
  | 'replaced-upstream'
  | 'corrupt-download'
  | 'dirty-file'
  | 'command-failed'
  | 'interrupted'
  | 'bug'

export interface Reason {
  readonly code: ReasonCode
  readonly message: string
  /** For `replaced-upstream`: what says that it was. */
  readonly replaced?: Replaced
}

/** How a file of a release is known to have been replaced after its publication. */
export interface Replaced {
  /** When the file was put there, ISO 8601. */
  readonly at: string
  /** When its release was published, ISO 8601. */
  readonly publishedAt: string
  /** Whether the forge's digest agrees with the new bytes; false where it has none. */
  readonly digestAgrees: boolean
}

/** What the forge says of the release that the pin is at, or would go to. */
export interface OutcomeRelease {
  readonly tag: string
  /** ISO 8601; null where it does not say. */
  readonly publishedAt: string | null
  /** Whole days since then; null where that is not known. */
  readonly age: number | null
  readonly prerelease: boolean
  /** Whether the forge lets nobody alter it. */
  readonly immutable: boolean
}

/** What happened to one asset of one system. Hashes are in the spelling of the file. */
export interface AssetOutcome {
  readonly url: string
  /** What the file holds (or held). */
  readonly old: string
  /** What was found; null where nothing could be found out. */
  readonly new: string | null
  /** Bytes; null where nobody said. */
  readonly size: number | null
  /** What held. */
  readonly evidence: readonly EvidenceName[]
  /** What there is none of for this asset: no reason to believe, and none to doubt. */
  readonly absent?: readonly EvidenceName[]
  /** What there is or may be and could not be looked at, or could not be understood. */
  readonly unchecked?: readonly EvidenceName[]
  /** For a builder that cannot be read: how the asset was found, by today's digest, a comment, or its name. */
  readonly chosenBy?: 'digest' | 'comment' | 'name'
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in characters. */
  readonly column: number
}

export type OutcomeName = 'unchanged' | 'updated' | 'verified' | 'outdated' | 'mismatch' | 'drift' | 'missing' | 'refused' | 'unknown'

export interface Warning {
  readonly code:
    | 'same-hash'
    | 'shared-bytes'
    | 'without-list'
    | 'stale-hash'
    | 'stale-version'
    | 'skipped-release'
    | 'evidence-unavailable'
    | 'coverage'
    | 'split-versions'
    | 'dated-version'
    | 'drift-accepted'
    | 'without-release'
    | 'unstable-archive'
    | 'changed-by-command'
  readonly message: string
}

/** What a pin was committed as. */
export interface Commit {
  /** null in a dry run. */
  readonly id: string | null
  readonly message: string
}

/** What happened to one pin. */
export interface Outcome {
  readonly pin: string
  readonly outcome: OutcomeName
  readonly file: string
  /** 1-based line of the pin's version, else of its first fetch. */
  readonly line: number
  /** The tag the file holds; null where it has none. */
  readonly from: string | null
  /** The tag now (or, in a dry run, then). */
  readonly to: string | null
  readonly systems: Readonly<Record<System, readonly AssetOutcome[]>>
  readonly warnings: readonly Warning[]
  readonly reason?: Reason
  /** Where its releases are; absent where it is on no forge. */
  readonly repository?: Repository
  /** Absent where nobody had to ask for it, or nobody answered. */
  readonly release?: OutcomeRelease
  /** What a person said of the pin, such as `hold`, `follow ~0.10`, `min-age 7d`; absent where nothing is said. */
  readonly constraints?: readonly string[]
  /** `update --commit`, of a pin that was updated. */
  readonly commit?: Commit
  /** `outdated`: the newest tag that fits, perhaps the one the file holds; null where it is not known. */
  readonly newest?: string | null
  /** `outdated`: the highest tag of all, of whatever form, prereleases included; null where it is not known. */
  readonly newestOfAll?: string | null
  /** `outdated`: whole days since each was published; null where it is not known. */
  readonly ages?: { readonly current: number | null; readonly newest: number | null; readonly newestOfAll: number | null }
}

/** A file that could not be read or parsed, or that belongs to another tool. */
export interface Problem {
  readonly file: string
  readonly line: number | null
  readonly column: number | null
  readonly code: 'syntax' | 'unreadable-file' | 'binary-file' | 'bad-config' | 'other-tool' | 'unfinished'
  readonly message: string
  /** For `syntax`: the source line and a caret under the column, two lines. */
  readonly excerpt?: string
}

export interface ListedHash {
  readonly value: string
  readonly spelling: SpellingName
  readonly file: string
  readonly line: number
}

export interface ListedAsset {
  readonly url: string
  readonly mode: 'flat' | 'unpacked'
  readonly hash: ListedHash
}

export interface ListedPin {
  readonly pin: string
  /** null where the pin is not on a forge. */
  readonly org: string | null
  readonly name: string | null
  readonly tag: string | null
  readonly file: string
  readonly line: number
  readonly systems: Readonly<Record<System, readonly ListedAsset[]>>
  /** What a person said of the pin, such as `hold` or `ignore`; absent where nothing is said. */
  readonly constraints?: readonly string[]
}

export interface UnmanagedFetch {
  readonly file: string
  readonly line: number
  readonly fetcher: string
  readonly reason: string
}

/** `pinhash list --json`. */
export interface ListDocument {
  readonly pins: readonly ListedPin[]
  readonly unmanaged: readonly UnmanagedFetch[]
  readonly problems: readonly Problem[]
}

/** `pinhash update --json`, `pinhash verify --json` and `pinhash outdated --json`. */
export interface OutcomeDocument {
  readonly outcomes: readonly Outcome[]
  readonly problems: readonly Problem[]
  /** Present with `--dry-run`: a unified diff of what would be written. */
  readonly diff?: string
  /** Present with `--changed`: the outcomes are those of the pins that differ. */
  readonly compared?: Compared
  /** Present with `--shard`: the outcomes are those of the pins that were taken. */
  readonly shard?: Sharded
}

/** One part of the pins, of several that machines share. */
export interface Sharded {
  /** From 1 to `of`. */
  readonly number: number
  readonly of: number
  /** How many pins all shards have, and how many this one. */
  readonly pins: number
  readonly taken: number
  /** Twelve hex digits that are the same wherever every pin is in the same shard. */
  readonly split: string
}

/** What the pins were compared with. */
export interface Compared {
  /** The revision, as it was given or found. */
  readonly base: string
  /** The commit compared with, in full: the merge base of the revision and HEAD, where one is known. */
  readonly commit: string
  /** How many pins were compared, and how many of them differ. */
  readonly pins: number
  readonly changed: number
  /** What makes the comparison less exact; absent where nothing does. */
  readonly remarks?: readonly string[]
}

/** `pinhash update --branch-name --json`. */
export interface BranchDocument {
  readonly branches: readonly {
    readonly pin: string
    readonly file: string
    /** 1-based line of the pin. */
    readonly line: number
    /** Without `refs/heads/`; the same for every version of the pin. */
    readonly branch: string
  }[]
  readonly problems: readonly Problem[]
}

/** `pinhash hash --json` and `pinhash convert --json`. */
export interface HashDocument {
  readonly hashes: readonly {
    readonly input: string
    readonly hash: string | null
    readonly size: number | null
    readonly reason?: Reason
  }[]
}
