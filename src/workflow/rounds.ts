// Questions that come one by one → rounds in which all that wait are answered at once: for any number of them only a few.

/** Each round is at least half as large as all before it together, unless nobody else can still ask. */
const growth = 2

interface Waiting<Question, Answer> {
  readonly question: Question
  readonly resolve: (get: () => Answer) => void
  readonly reject: (error: unknown) => void
}

export class Rounds<Who, Question, Answer> {
  readonly #answer: (questions: readonly Question[]) => Promise<readonly (() => Answer)[]>
  readonly #coming = new Set<Who>()
  #waiting: Waiting<Question, Answer>[] = []
  #answered = 0
  #isDue = false

  /** `answer` gives for each question how to get its answer, or to have the error thrown that is its answer. */
  constructor(answer: (questions: readonly Question[]) => Promise<readonly (() => Answer)[]>) {
    this.#answer = answer
  }

  /** That somebody may ask, as often as they like but one question at a time, until they leave. */
  expect(who: Who): void {
    this.#coming.add(who)
  }

  leave(who: Who): void {
    if (this.#coming.delete(who)) this.#look()
  }

  async ask(question: Question): Promise<Answer> {
    const asked = new Promise<() => Answer>((resolve, reject) => this.#waiting.push({ question, resolve, reject }))
    this.#look()
    const get = await asked
    return get()
  }

  #look(): void {
    const { length } = this.#waiting
    if (this.#isDue || length === 0 || (length < this.#coming.size && length * growth < this.#answered)) return
    this.#isDue = true
    // What has come in the meantime is answered as well.
    setImmediate(() => void this.#hold())
  }

  async #hold(): Promise<void> {
    const round = this.#waiting
    this.#waiting = []
    this.#answered += round.length
    try {
      const answers = await this.#answer(round.map(({ question }) => question))
      for (const [i, { resolve }] of round.entries()) resolve(answers[i]!)
    } catch (error) {
      for (const { reject } of round) reject(error)
    }
    this.#isDue = false
    this.#look()
  }
}
