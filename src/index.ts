// The library: everything pinhash does, for programs.
export { compose } from './compose.ts'
export type { Surroundings } from './compose.ts'
export type { Ports, Wiring } from './cli/world.ts'
export type { NetworkOptions } from './download/settings.ts'
export type { Runner } from './files/lock.ts'
export { repositoryFiles } from './files/repository.ts'

export type { Context, OutdatedOptions, PinRequest, Selection, Shard, UpdateOptions, VerifyOptions } from './workflow/context.ts'
export type {
  Change,
  CommandFailure,
  Commands,
  Downloaded,
  Downloads,
  Files,
  Forge,
  Past,
  Progress,
  ReadProblem,
  Sink,
  SourceFile,
  SourceFiles,
  Wanted,
  WorkTree,
} from './workflow/ports.ts'
export { branches } from './workflow/branches.ts'
export { convertHashes } from './workflow/convert.ts'
export { hashInputs } from './workflow/hash.ts'
export type { HashContext, HashOptions } from './workflow/hash.ts'
export { list } from './workflow/list.ts'
export { outdated } from './workflow/outdated.ts'
export { update } from './workflow/update.ts'
export { verify } from './workflow/verify.ts'

export { applyEdits } from './nix/edit.ts'
export type { Edit } from './nix/edit.ts'
export { evaluateFile } from './nix/evaluate/evaluate-file.ts'
export type { Evaluation } from './nix/evaluate/evaluate-file.ts'
export type { SourceTree } from './nix/evaluate/source-tree.ts'
export { parse } from './nix/parse.ts'
export { print } from './nix/print.ts'
export type { Document, Expression, SyntaxProblem } from './nix/syntax.ts'

export { isPlaceholder, parseDigest, printDigest } from './hash/spelling.ts'
export type { ParsedDigest, Spelling } from './hash/spelling.ts'

export { digestSize, sameDigest } from './core/digest.ts'
export type { Algorithm, Digest } from './core/digest.ts'
export { AbsentError, InputError, InterruptedError, NetworkError, PinhashError } from './core/errors.ts'
export type { AbsentCode, InputCode, NetworkCode } from './core/errors.ts'
export type { Mirror } from './core/mirror.ts'
export type { Asset, Release, Repository } from './core/release.ts'
export type {
  AssetOutcome,
  BranchDocument,
  Compared,
  Commit,
  HashDocument,
  ListDocument,
  ListedAsset,
  ListedHash,
  ListedPin,
  Outcome,
  OutcomeDocument,
  OutcomeName,
  OutcomeRelease,
  Problem,
  Reason,
  ReasonCode,
  Replaced,
  Sharded,
  SpellingName,
  UnmanagedFetch,
  Warning,
} from './core/report.ts'
export type { Place, Span } from './core/span.ts'
export { usualSystems } from './core/system.ts'
export type { System } from './core/system.ts'
