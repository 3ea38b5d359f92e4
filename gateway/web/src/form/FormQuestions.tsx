import type { FilledForm } from './useFilledForm'
import { CallsDue } from './CallsDue'
import { Question } from './Question'

/** Where a question is on the page. */
export function questionId(question: string): string {
  return `question-${question}`
}

/** The questions of a form that are asked as things stand, and whom to phone. */
export function FormQuestions({ desk, form }: { desk: string; form: FilledForm }) {
  return (
    <>
      {form.asked.map((question) => {
        const id = question.id ?? ''
        return (
          <Question
            key={id}
            desk={desk}
            question={question}
            id={questionId(id)}
            answer={form.answers[id] ?? ''}
            error={form.errors[id]}
            change={(answer) => form.answer(id, answer)}
            left={() => form.left(id)}
          />
        )
      })}
      <CallsDue calls={form.calls} />
    </>
  )
}
