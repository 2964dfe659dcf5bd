// How much an evaluation has done, and what it may do at most: this is what makes it total.

/**
 * The account of the evaluation that is running. Evaluation is synchronous and all evaluations share one stack, so one account is enough;
 * a Machine opens it anew. `depth` counts levels of recursion, `steps` work and memory, `cut` says that one of the limits was met.
 */
export const effort: { depth: number; steps: number; cut: boolean } = { depth: 0, steps: 0, cut: false }

/** Levels that fit into Node's default stack, whatever is nested; where the caller left less of it, the overflow is caught. */
export const deepest = 1000

/** What a flake with hundreds of packages needs, several times over; well under a second. */
export const mostSteps = 200_000
