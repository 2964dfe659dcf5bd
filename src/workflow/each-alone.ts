// Questions about several pins → for each the answer it has alone, from far fewer evaluations than one for each.

/**
 * `together` gives the answers to questions that do not get in each other's way, and in which nothing is wrong; null, or any error, where that is not plain to see.
 * Then each half of them is looked at by itself, in the end one question `alone`, whose error is thrown when its answer is taken. Each of these may take long, so
 * `pause` comes before it; what it throws ends all.
 */
export async function eachAlone<Question, Answer>(
  questions: readonly Question[],
  together: (some: readonly Question[]) => readonly Answer[] | null,
  alone: (one: Question) => Answer,
  pause: () => Promise<void>,
): Promise<readonly (() => Answer)[]> {
  if (questions.length === 0) return []
  await pause()
  if (questions.length === 1) return [settled(() => alone(questions[0]!))]
  const answers = orNull(() => together(questions))
  if (answers !== null) return answers.map((answer) => () => answer)
  const half = questions.length >> 1
  return [
    ...(await eachAlone(questions.slice(0, half), together, alone, pause)),
    ...(await eachAlone(questions.slice(half), together, alone, pause)),
  ]
}

function settled<T>(make: () => T): () => T {
  try {
    const made = make()
    return () => made
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function orNull<T>(make: () => T): T | null {
  try {
    return make()
  } catch {
    // Whatever it is, the one it belongs to says it when it is alone.
    return null
  }
}
