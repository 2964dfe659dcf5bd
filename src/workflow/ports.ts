// What the workflows need from the world; compose.ts builds the real ones, tests give others.
export type { Downloaded, Downloads, Progress, Sink, Wanted } from '../download/types.ts'
export type { Change, Files, Past, ReadProblem, SourceFile, SourceFiles } from '../files/types.ts'
export type { CommandFailure, Commands } from '../files/command.ts'
export type { WorkTree } from '../files/work-tree.ts'
export type { Attestations } from '../forge/attestation.ts'
export type { Forge } from '../forge/types.ts'
