// Rounds: everybody is answered, nobody waits for somebody who has left, and there are few of them however the questions come.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Rounds } from '../../src/workflow/rounds.ts'

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('rounds', () => {
  it('answer everybody, as often as they ask, in a number that grows with the logarithm of the questions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(4), { maxLength: 3 }), { minLength: 1, maxLength: 60 }), async (pauses) => {
        let held = 0
        const rounds = new Rounds<number, string, string>(async (questions) => {
          held++
          return questions.map((question) => () => `answer to ${question}`)
        })
        for (const who of pauses.keys()) rounds.expect(who)
        const all = await Promise.all(
          pauses.map(async (own, who) => {
            const answers: string[] = []
            for (const [i, milliseconds] of own.entries()) {
              await pause(milliseconds)
              answers.push(await rounds.ask(`${who} ${i}`))
            }
            rounds.leave(who)
            rounds.leave(who)
            return answers
          }),
        )
        expect(all).toEqual(pauses.map((own, who) => own.map((_, i) => `answer to ${who} ${i}`)))
        const questions = pauses.flat().length
        // Those that end because nobody else can ask come on top: one for each time somebody asks.
        expect(held).toBeLessThanOrEqual(questions === 0 ? 0 : 3 + 3 + Math.ceil(Math.log(questions) / Math.log(1.5)))
      }),
      { numRuns: 40 },
    )
  })

  it('do not wait for one who leaves without a question', async () => {
    const rounds = new Rounds<string, number, number>(async (questions) => questions.map((question) => () => question * 2))
    for (const who of ['a', 'b', 'c']) rounds.expect(who)
    expect(await rounds.ask(1)).toBe(2)
    const asked = rounds.ask(2)
    const other = rounds.ask(3)
    rounds.leave('c')
    expect(await Promise.all([asked, other])).toEqual([4, 6])
    rounds.leave('b')
    expect(await rounds.ask(4)).toBe(8)
  })

  it('answer one whom nobody expected', async () => {
    const rounds = new Rounds<string, number, number>(async (questions) => questions.map((question) => () => question * 2))
    expect([await rounds.ask(1), await rounds.ask(2), await rounds.ask(3)]).toEqual([2, 4, 6])
  })

  it('give each its own error, and all of them one that is nobody’s', async () => {
    const rounds = new Rounds<string, string, string>(async (questions) => {
      if (questions.includes('a bug')) throw new Error('a bug')
      return questions.map((question) => () => {
        if (question === 'bad') throw new Error(question)
        return question
      })
    })
    const settled = await Promise.allSettled(['good', 'bad'].map((question) => rounds.ask(question)))
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    const both = await Promise.allSettled(['good', 'a bug'].map((question) => rounds.ask(question)))
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await rounds.ask('good')).toBe('good')
  })
})
